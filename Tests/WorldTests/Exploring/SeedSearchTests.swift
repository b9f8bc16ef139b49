// A search: the same events on any number of threads, each failure once, limits, and which cases have which faults.

import Faults
import Kernel
import Testing
import Worlds

@testable import Runner
@testable import Suites

@Suite(.timeLimit(.minutes(5))) struct SeedSearchTests {
    /// Fails under every third seed, and under every fifth in another way.
    private static func picky(_ id: String, survives: FaultTolerance = .any) -> SuiteCase {
        SuiteCase(id, id, layer: .flows, covers: ["E1.1"], survives: survives) { stage in
            await stage.everyUser { journey in
                let seed = journey.world.blueprint.seed
                journey.check(seed % 3 != 0, "the seed \(seed) is a multiple of three")
                journey.check(seed % 5 != 0, "the seed \(seed) is five times \(seed / 5)")
            }
        }
    }

    private func events(_ plan: ExplorePlan) async -> [String] {
        var lines: [String] = []
        for await event in SeedSearch.events(plan) {
            switch event {
            case .ran(let result): lines.append("\(result.id) \(result.seed) \(result.verdict.word)")
            case .failed(let failure): lines.append("new: \(failure.result.seed) \(failure.signature)")
            case .shrunk(let failure): lines.append("shrunk: \(failure.result.seed) \(failure.shrunk?.users ?? 0)")
            }
        }
        return lines
    }

    private func search(_ cases: [SuiteCase], through last: UInt64, width: Int = 2) throws -> ExplorePlan {
        var plan = ExplorePlan(plan(try blueprint(), cases: cases, users: 2, width: width), from: 1, through: last)
        plan.shrinks = false
        return plan
    }

    @Test func eachFailureIsToldOnceInTheOrderOfTheSeeds() async throws {
        let one = await events(try search([Self.picky("e2e/picky")], through: 15, width: 1))
        let many = await events(try search([Self.picky("e2e/picky")], through: 15, width: 4))
        #expect(one == many)
        #expect(
            one.filter { $0.hasPrefix("new") } == [
                "new: 3 start: the seed # is a multiple of three", "new: 5 start: the seed # is five times #",
            ])
        #expect(one.count == 17)
    }

    @Test func theLimitEndsIt() async throws {
        var plan = try search([Self.picky("e2e/picky")], through: 1000, width: 3)
        plan.failureLimit = 1
        #expect(
            await events(plan) == [
                "e2e/picky 1 passed", "e2e/picky 2 passed", "e2e/picky 3 failed",
                "new: 3 start: the seed # is a multiple of three",
            ])
    }

    @Test func failuresAreShrunk() async throws {
        var plan = try search([Self.picky("e2e/picky")], through: 6)
        plan.shrinks = true
        #expect(Set(await events(plan).filter { $0.hasPrefix("shrunk") }) == ["shrunk: 3 1", "shrunk: 5 1"])
    }

    @Test func casesThatSurviveLessTakeTurnsWithMilderFaults() throws {
        let cases = [Self.picky("e2e/hardy")] + ["e2e/a", "e2e/b"].map { Self.picky($0, survives: .mild) }
        var plan = try search(cases, through: 10)
        #expect(plan.runs(under: 1).map(\.suiteCase.id) == ["e2e/hardy", "e2e/a", "e2e/b"])
        plan.mildFaults = try .named("light")
        plan.run.blueprint.faults = try .named("swarm")
        #expect(plan.runs(under: 1).map(\.suiteCase.id) == ["e2e/hardy", "e2e/b"])
        #expect(plan.runs(under: 2).map(\.suiteCase.id) == ["e2e/hardy", "e2e/a"])
        #expect(plan.runs(under: 2).map { $0.plan.blueprint.faults.swarm != nil } == [true, false])
    }

    @Test func nothingSelectedEndsAtOnce() async throws {
        #expect(await events(try search([], through: 10)).isEmpty)
    }

    @Test(arguments: [
        ("user-12 saw 3 events", "s: user-# saw # events"), ("e3b0c442-98fc-4c14-9afb-f4c8996fb924 is lost", "s: # is lost"),
        ("got [ev-1, ev-22, ev-3] of user_7", "s: got [#] of #"), ("it took 1.532 s", "s: it took # s"),
        ("the state is \"done\", expected \"open\"", "s: the state is not what was expected"),
        ("the tool \"clock\" came twice", "s: the tool # came twice"),
        ("sent to /done?token=eyJhbG.eyJpc-3z.YD-Qhe-ab_&user=7", "s: sent to /done?token=#&user=#"),
    ])
    func signaturesLeaveNumbersOut(message: String, signature: String) {
        #expect(FailureSignature.of(Finding(user: "user-1", step: "s", message)) == signature)
    }
}
