// What a search has seen of all that it is to see, and that it stops when it has seen all.

import Faults
import HTTPTypes
import Testing
import Wire
import Worlds

@testable import Runner
@testable import Suites

@Suite(.timeLimit(.minutes(5))) struct SearchCoverageTests {
    /// Asks every service once whether it is well, and sees something under every fourth seed.
    private static func curious(also mark: String? = nil) -> SuiteCase {
        SuiteCase(
            "e2e/curious", "curious", layer: .flows, covers: ["E1.1"],
            sometimes: ["the seed is a multiple of four"] + [mark].compactMap { $0 }, survives: .any
        ) { stage in
            await stage.journey("user-1") { journey in
                journey.sometimes("the seed is a multiple of four", journey.world.blueprint.seed % 4 == 0)
                journey.check(true, "")
                for service in [ServiceName.auth, .agent] {
                    _ = try? await journey.client.caller(service).fetch(Call(.get, "/health"))
                }
            }
        }
    }

    private func search(_ suiteCase: SuiteCase, width: Int = 2) async throws -> ExploreSummary {
        let blueprint = try blueprint(faults: ["client->*: latency(mean=5ms)~30%", "client->llm: reset"])
        var plan = ExplorePlan(plan(blueprint, cases: [suiteCase], users: 1, width: width), from: 1, through: 60)
        plan.stopsWhenCovered = true
        var summary = ExploreSummary(plan)
        for await event in SeedSearch.events(plan) { summary.add(event) }
        return summary
    }

    @Test func itStopsWhenAllWasSeen() async throws {
        let one = try await search(Self.curious(), width: 1)
        #expect(one.coverage.isComplete)
        #expect(one.seeds < 60)
        #expect(one.coverage.marks.marks.map(\.seen) == [Int(one.seeds) / 4])
        let cells = ["auth", "agent"].map { FaultCell(fault: "latency", service: $0) }
        #expect(cells.allSatisfy { one.coverage.faults.count($0) > 0 })
        let many = try await search(Self.curious(), width: 4)
        #expect(many.seeds == one.seeds)
        #expect(many.fingerprint == one.fingerprint)
    }

    @Test func whatNeverHappensKeepsItGoing() async throws {
        let summary = try await search(Self.curious(also: "pigs fly"))
        #expect(summary.seeds == 60)
        #expect(!summary.coverage.isComplete)
        #expect(summary.coverage.marks.missing.map(\.mark) == ["pigs fly"])
        #expect(
            summary.coverage.marks.table == [
                "sometimes                                     runs  of",
                "e2e/curious: the seed is a multiple of four     15  60",
                "e2e/curious: pigs fly                        never  60",
            ])
    }

    @Test func whatWasPossibleInOneRunAloneMayNotBeAll() {
        let cell = FaultCell(fault: "drop", service: "auth")
        var coverage = FaultCoverage()
        #expect(!coverage.isComplete)
        let decision = FaultDecision(site: .delivery, actor: "user-1->auth->", occurrence: 1, fault: "drop", verdict: .drop)
        coverage.add(DecisionList([decision]), possible: [cell])
        #expect(!coverage.isComplete)
        coverage.add(DecisionList([]), possible: [cell])
        #expect(coverage.isComplete)
        coverage.add(DecisionList([]), possible: [FaultCell(fault: "reset", service: "auth"), cell])
        #expect(coverage.missing == [FaultCell(fault: "reset", service: "auth")])
        #expect(coverage.table(services: ["auth", "llm"]) == ["fault  auth  llm", "drop      1    .", "reset     0    ."])
    }
}
