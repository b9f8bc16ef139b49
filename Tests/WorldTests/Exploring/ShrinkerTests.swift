// Shrinking: the fewest faults, users and departures of the order, and the same failure again each time they are repeated.

import Faults
import Fixtures
import Foundation
import Kernel
import Testing
import Worlds

@testable import Runner
@testable import Suites

/// Fails where, of tasks that are ready at once, the last one runs before the first, and the one in the middle too.
private let unlucky = SuiteCase("e2e/unlucky", "unlucky", layer: .flows, covers: ["E1.1"]) { stage in
    await stage.everyUser { journey in
        let order = await withTaskGroup(of: Int.self) { group in
            for index in 0..<7 { group.addTask { index } }
            var order: [Int] = []
            for await index in group { order.append(index) }
            return order
        }
        let places = [3, 6].compactMap { order.firstIndex(of: $0) }
        journey.check(places.contains { $0 > order.firstIndex(of: 0) ?? 0 }, "task 3 and task 6 ran before task 0")
    }
}

@Suite(.timeLimit(.minutes(10))) struct ShrinkerTests {
    /// The first seed under which a plan fails, and how.
    private func firstFailure(_ plan: RunPlan, seeds: ClosedRange<UInt64> = 1...200) throws -> CaseResult {
        for seed in seeds {
            let result = CaseRun(suiteCase: plan.cases[0], seed: seed, plan: plan).simulate()
            if case .failed = result.verdict { return result }
        }
        throw InputError("no seed failed")
    }

    /// A failure repeats as often as one likes, from the file that was written of it.
    private func expectRepeats(_ failed: CaseResult, _ shrunk: ShrunkFailure, _ plan: RunPlan, times: Int = 5) throws {
        let build = Build(program: URL(fileURLWithPath: "/nowhere/backlot"))
        var written = try #require(FailureFile(failed, of: plan, command: ReplayCommand([]), build: build))
        written.add(shrunk)
        let file = FileManager.default.temporaryDirectory.appending(path: "shrunk-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(written.text.utf8).write(to: file)
        let read = try FailureFile(file, name: "failure.json")
        for form in [read.found, try #require(read.shrunk)] {
            let variant = FailureVariant(list: form.list, users: form.users, steps: form.steps)
            for _ in 0..<times {
                let run = CaseRun(suiteCase: failed.suiteCase, seed: read.seed, plan: plan.repeating(variant)).simulate()
                #expect(FailureSignature.all(of: run.verdict).contains(read.signature))
                #expect(run.fingerprint.map { "\($0)" } == form.fingerprint)
            }
        }
    }

    @Test func aFaultIsFoundAmongMany() throws {
        var blueprint = try blueprint(faults: [
            "*<->*: jitter(max=5ms)~50%", "client<-events: event-duplicate~20%", "client->agent: reset@1",
        ])
        blueprint.deviations = []
        let plan = plan(blueprint, users: 3)
        let failed = try firstFailure(plan)
        #expect(failed.decisions.decisions.count > 10)
        let shrunk = try #require(Shrinker.shrink(failed, of: plan))
        #expect(shrunk.list.decisions.map(\.fault) == ["reset"])
        #expect(shrunk.users == 1)
        #expect(shrunk.list.order == .listed([]))
        try expectRepeats(failed, shrunk, plan)
    }

    @Test func parametersGetSmall() throws {
        // A tool's answer that comes later than the case waits: no shorter delay would do.
        let plan = plan(try blueprint(faults: ["client<-auth: latency(mean=90s)@1..3"]), users: 1)
        let failed = try firstFailure(plan)
        let shrunk = try #require(Shrinker.shrink(failed, of: plan))
        #expect(shrunk.list.decisions.count == 1)
        guard case .delay(let delay)? = shrunk.list.decisions.first?.verdict else {
            Issue.record("expected a delay, got \(shrunk.list.decisions)")
            return
        }
        #expect(delay < .seconds(90) && delay > .zero)
        try expectRepeats(failed, shrunk, plan)
    }

    @Test func anUnluckyOrderIsTwoDepartures() throws {
        let plan = plan(try blueprint(), cases: [unlucky], users: 2)
        let failed = try firstFailure(plan)
        let shrunk = try #require(Shrinker.shrink(failed, of: plan))
        #expect(shrunk.list.decisions.isEmpty)
        // One that lets all others go ahead, or two that go ahead of it.
        #expect((1...2).contains(shrunk.list.order.departures.count))
        #expect(shrunk.departures.allSatisfy { $0.contains(" before ") })
        try expectRepeats(failed, shrunk, plan)
    }

    /// Whose client skips repeated events only where faults may repeat some: a fault that never happens changes the run.
    @Test func aFaultThatNeverHappensIsKeptWhereItIsNeeded() throws {
        var blueprint = try blueprint()
        blueprint.faults = try .named("swarm")
        blueprint.deviations = [try DeviationCatalogue.deviation(named: "event-reordered", at: nil)]
        let plan = plan(blueprint, cases: [ChaosConversations.suiteCase], users: 3)
        let failed = try firstFailure(plan)
        let shrunk = try #require(Shrinker.shrink(failed, of: plan))
        let variant = FailureVariant(list: shrunk.list, users: shrunk.users, steps: shrunk.steps)
        let again = CaseRun(suiteCase: failed.suiteCase, seed: failed.seed, plan: plan.repeating(variant)).simulate()
        #expect(shrunk.list.decisions.count == 1)
        #expect(again.decisions.decisions.isEmpty)
        try expectRepeats(failed, shrunk, plan)
    }

    @Test func anotherCaseDoesNotMatter() async throws {
        let alone = plan(try blueprint(faults: ["client->agent: reset@1", "*<->*: jitter(max=5ms)~20%"]), users: 2)
        let failed = try firstFailure(alone)
        let shrunk = try #require(Shrinker.shrink(failed, of: alone))
        let variant = FailureVariant(list: shrunk.list, users: shrunk.users, steps: shrunk.steps)
        var together = plan(alone.blueprint, cases: [unlucky] + alone.cases, users: 2, width: 2).repeating(variant)
        together.seeds = [failed.seed]
        var fingerprints: [String: Fingerprint] = [:]
        for await result in SuiteRun.results(together) { fingerprints[result.id] = result.fingerprint }
        #expect(fingerprints.count == 2)
        #expect(shrunk.fingerprint != nil)
        #expect(fingerprints[failed.id] == shrunk.fingerprint)
    }

    @Test func whatDoesNotFailIsNotShrunk() throws {
        let plan = plan(try blueprint(), users: 1)
        #expect(Shrinker.shrink(CaseRun(suiteCase: plan.cases[0], seed: 1, plan: plan).simulate(), of: plan) == nil)
    }
}
