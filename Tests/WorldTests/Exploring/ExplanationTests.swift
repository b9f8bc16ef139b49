// When a failure went wrong, its passing twin, how many seeds show that it is gone, and failures that are kept.

import Clients
import Faults
import Fixtures
import Foundation
import Kernel
import Testing
import Worlds

@testable import Runner
@testable import Suites

/// Fails where the call at two seconds is answered with 503; waits before and after it.
private let atTwoSeconds = SuiteCase("e2e/at-two-seconds", "fails at two seconds", layer: .flows, covers: ["E1.1"]) { stage in
    await stage.journey("user-1") { journey in
        try await journey.clock.sleep(for: .seconds(2))
        try await journey.take("register") {
            _ = try await journey.client.auth.register(email: "a@example.com", password: "correct horse", name: "a")
        }
        try await journey.clock.sleep(for: .seconds(2))
    }
}

@Suite(.timeLimit(.minutes(5))) struct ExplanationTests {
    private func failure(_ faults: [String], _ plan: inout RunPlan) throws -> (file: FailureFile, faults: [PlannedFault]) {
        plan = WorldTests.plan(try blueprint(faults: faults), cases: [atTwoSeconds], users: 1)
        for seed in 1...50 as ClosedRange<UInt64> {
            let result = CaseRun(suiteCase: atTwoSeconds, seed: seed, plan: plan).simulate()
            let build = Build(program: URL(fileURLWithPath: "/nowhere/backlot"))
            if let file = FailureFile(result, of: plan, command: ReplayCommand([]), build: build) {
                return (file, plan.blueprint.faults.faults(of: seed))
            }
        }
        throw InputError("no seed failed")
    }

    @Test func theTurnIsWhereTheFaultHappened() throws {
        var plan = plan(try blueprint(), users: 1)
        let (file, faults) = try failure(["client->auth /**: http-503~30%"], &plan)
        let course = try #require(FailureCourse.measure(file, atTwoSeconds, plan, faults: faults, samples: 12))
        #expect(course.points.first?.chance ?? 1 < 0.9)
        #expect(course.points.last?.chance == 1)
        let turn = try #require(course.turn)
        #expect(turn.before.time <= .seconds(2.1) && turn.after.time >= .seconds(2))
        #expect(turn.after.time - turn.before.time < .milliseconds(50))
        #expect(course.turningEvents.contains { $0.kind == .fault })
    }

    @Test func theTwinLacksTheFault() throws {
        var plan = plan(try blueprint(), users: 1)
        let (file, _) = try failure(["client->auth /**: http-503~30%"], &plan)
        let twin = try #require(PassingTwin.find(file.found, atTwoSeconds, seed: file.seed, plan: plan))
        #expect(twin.difference.hasPrefix("http-503 of request 1 on user-1->auth"))
        #expect(twin.list.decisions.isEmpty)
        #expect(twin.failed[twin.divergence] != twin.passed[twin.divergence])
        #expect(zip(twin.failed, twin.passed).prefix(twin.divergence).allSatisfy { $0.0 == $0.1 })
        let lines = try FailureExplanation.lines(file, name: "file", atTwoSeconds, plan, samples: 4, width: 120)
        #expect(lines.contains { $0.contains(" ! ") })
        #expect(lines.allSatisfy { $0.count <= 120 || !$0.contains(" | ") })
    }

    @Test(arguments: [(1, 1, 2), (100, 100, 2), (1, 10, 2000), (50, 1000, 150), (1, 20_000, 500_000)])
    func rarerFailuresTakeMoreSeeds(failed: Int, seeds: Int, atMost: UInt64) {
        let needed = Findability(failed: failed, of: seeds).seedsNeeded()
        // Without any margin it would be ln(0.01) / ln(1 - p).
        let least = failed == seeds ? 1 : UInt64(log(0.01) / log(1 - Double(failed) / Double(seeds)))
        #expect(needed >= least && needed <= max(atMost, 20))
        #expect(Findability(failed: failed, of: seeds).seedsNeeded(confidence: 0.5) <= needed)
    }

    @Test func keptFailuresRunWithTheirOwnDecisions() async throws {
        var plan = plan(try blueprint(), users: 1)
        let (file, _) = try failure(["client->auth /**: http-503~30%"], &plan)
        let folder = FileManager.default.temporaryDirectory.appending(path: "kept-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(file.text.utf8).write(to: folder.appending(path: "busy.json"))
        let kept = try KeptFailures.load(folder, cases: [atTwoSeconds])
        #expect(kept.map(\.id) == ["e2e/at-two-seconds@busy"])
        // It runs once, whatever the seeds, and still fails: nothing was mended.
        let all = WorldTests.plan(try blueprint(), cases: [atTwoSeconds] + kept, seeds: [901, 902, 903], users: 5)
        let summary = await SuiteRun.carryOut(all) { _ in }
        #expect(summary.planned == 4 && summary.passed == 3 && summary.failed == 1)
        let run = CaseRun(suiteCase: kept[0], seed: 901, plan: all).simulate()
        #expect(run.fingerprint.map { "\($0)" } == file.found.fingerprint)
        #expect(throws: InputError.self) { try KeptFailures.load(folder, cases: []) }
    }
}
