// Plans, layers, summaries and exit codes: a run that showed nothing never passes.

import Fixtures
import Kernel
import Runner
import Synchronization
import Testing
import Worlds

@testable import Suites

private struct Broken: Error, CustomStringConvertible { let description = "it broke" }

/// A case whose body is given.
private func suiteCase(
    _ id: String, layer: CaseLayer = .flows, needs: [CaseNeed] = [], _ body: @escaping @Sendable (Stage) async throws -> Void
) -> SuiteCase {
    SuiteCase(id, id, layer: layer, covers: ["E1.1"], needs: needs, body: body)
}

private func passing(_ id: String, layer: CaseLayer = .flows) -> SuiteCase {
    suiteCase(id, layer: layer) { stage in await stage.journey("user-1") { $0.check(true, "") } }
}
private func failing(_ id: String, layer: CaseLayer = .flows) -> SuiteCase {
    suiteCase(id, layer: layer) { stage in
        await stage.journey("user-1") { journey in try await journey.take("look") { throw Broken() } }
    }
}
private let empty = suiteCase("e2e/empty") { _ in }
private let throwing = suiteCase("e2e/throwing") { _ in throw Broken() }
private let stuck = suiteCase("e2e/stuck") { _ in await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in } }

@Suite(.timeLimit(.minutes(2))) struct SuiteRunTests {
    private func run(
        _ cases: [SuiteCase], seeds: [UInt64] = [1], kind: WorldKind = .simulated, width: Int = 2
    ) async throws -> RunSummary {
        await SuiteRun.carryOut(plan(try blueprint(kind), cases: cases, seeds: seeds, users: 1, width: width)) { _ in }
    }

    @Test(arguments: WorldKind.allCases) func nothingSelectedIsNoSuccess(kind: WorldKind) async throws {
        let summary = try await run([], kind: kind)
        #expect(summary.exitCode == 2)
        #expect([summary.planned, summary.selected, summary.executed] == [0, 0, 0])
    }

    @Test(arguments: WorldKind.allCases) func nothingExecutedIsNoSuccess(kind: WorldKind) async throws {
        let summary = try await run([empty, throwing], kind: kind)
        #expect(summary.exitCode == 2)
        #expect([summary.planned, summary.executed, summary.notRun] == [2, 0, 2])
        #expect(summary.shown.map(\.verdict) == [.notRun("the case checked nothing"), .notRun("it broke")])
    }

    @Test func someNotRunIsNoSuccess() async throws {
        #expect(try await run([passing("e2e/passing"), throwing]).exitCode == 2)
    }

    @Test(arguments: WorldKind.allCases) func oneFailureFailsTheRun(kind: WorldKind) async throws {
        let summary = try await run([passing("e2e/passing"), failing("e2e/failing"), throwing], kind: kind)
        #expect(summary.exitCode == 1)
        #expect([summary.executed, summary.passed, summary.failed, summary.notRun] == [2, 1, 1, 1])
        #expect(summary.failure?.id == "e2e/failing")
    }

    @Test func aCaseThatHangsHasFailed() async throws {
        let summary = try await run([stuck])
        #expect(summary.exitCode == 1)
        guard case .failed(let findings)? = summary.shown.first?.verdict else {
            Issue.record("expected a failure, got \(summary.shown.map(\.verdict))")
            return
        }
        #expect(findings.count == 1)
    }

    @Test func everythingIsCounted() async throws {
        let order = Mutex<[String]>([])
        let summary = await SuiteRun.carryOut(
            plan(
                try blueprint(), cases: [passing("e2e/passing"), failing("e2e/failing")], seeds: [5, 6, 7], users: 1, width: 4)
        ) { result in order.withLock { $0.append("\(result.id) \(result.seed)") } }
        #expect([summary.declared, summary.collected, summary.selected, summary.planned] == [2, 2, 2, 6])
        #expect([summary.executed, summary.passed, summary.failed] == [6, 3, 3])
        // In the plan's order, whatever ran first.
        let expected = [5, 6, 7].flatMap { seed in ["e2e/passing", "e2e/failing"].map { "\($0) \(seed)" } }
        #expect(order.withLock { $0 } == expected)
    }

    @Test(arguments: WorldKind.allCases, [1, 3]) func aFailedLayerSaysWhatItMadePointless(kind: WorldKind, width: Int)
        async throws
    {
        let cases = [
            passing("e2e/flow"), failing("e2e/service", layer: .services), passing("e2e/other-service", layer: .services),
            passing("e2e/ground", layer: .infrastructure),
        ]
        let results = Mutex<[CaseResult]>([])
        let summary = await SuiteRun.carryOut(
            plan(try blueprint(kind), cases: cases, seeds: [1, 2], users: 1, width: width)
        ) { result in results.withLock { $0.append(result) } }
        let reason = "e2e/service of the layer services has failed; what stands on it would show nothing"
        let flows = results.withLock { $0 }.filter { $0.id == "e2e/flow" }.map(\.verdict)
        #expect(flows == [.skipped(reason), .skipped(reason)])
        #expect(results.withLock { $0 }.prefix(4).map(\.id) == ["e2e/ground", "e2e/service", "e2e/other-service", "e2e/flow"])
        #expect([summary.executed, summary.passed, summary.failed, summary.skipped] == [6, 4, 2, 2])
        #expect(summary.exitCode == 1)
    }

    @Test func whatAWorldLacksIsSaid() async throws {
        let patient = suiteCase("e2e/patient", needs: [.virtualTime]) { stage in
            await stage.journey("user-1") { journey in
                try await journey.clock.sleep(for: .seconds(3600))
                journey.check(true, "")
            }
        }
        #expect(try await run([patient]).exitCode == 0)
        let local = try await run([patient], kind: .local)
        #expect(local.exitCode == 2)
        #expect(
            local.shown.map(\.verdict) == [.skipped("the local world lacks what it needs: virtual time: it lets minutes pass")])
        #expect(try await run([patient, passing("e2e/passing")], kind: .local).exitCode == 0)
    }

    @Test func usersAreReportedInTheirOrder() async throws {
        let case1 = suiteCase("e2e/users") { stage in
            let results = await stage.everyUser(of: ["a", "b", "c"]) { journey -> String in
                try await journey.clock.sleep(for: .seconds(journey.user == "a" ? 3 : 1))
                journey.find("seen")
                if journey.user == "b" { throw Broken() }
                return journey.user
            }
            await stage.journey("all") { $0.expect(results, ["a", nil, "c"], "the results") }
        }
        let summary = try await run([case1])
        guard case .failed(let findings)? = summary.shown.first?.verdict else {
            Issue.record("expected a failure")
            return
        }
        #expect(findings.map(\.description) == ["a, start: seen", "b, start: seen", "b, start: it broke", "c, start: seen"])
    }
}
