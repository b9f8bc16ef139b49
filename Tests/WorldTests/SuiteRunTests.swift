// Plans, summaries and exit codes: a run that showed nothing never passes.

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
    _ id: String, _ body: @escaping @Sendable (World, CaseSetting) async throws -> CaseReport
) -> SuiteCase {
    SuiteCase(id: id, title: id, category: "test", covers: [], markers: [], body: body)
}

private let passing = suiteCase("test/passing") { _, _ in
    var report = CaseReport()
    report.checks = 1
    return report
}
private let failing = suiteCase("test/failing") { _, _ in
    var report = CaseReport()
    report.checks = 1
    report.findings = [Finding(user: "user-1", step: "look", "it is not there")]
    return report
}
private let empty = suiteCase("test/empty") { _, _ in CaseReport() }
private let throwing = suiteCase("test/throwing") { _, _ in throw Broken() }
private let stuck = suiteCase("test/stuck") { _, _ in
    await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
    return CaseReport()
}

@Suite(.timeLimit(.minutes(2))) struct SuiteRunTests {
    private func run(
        _ cases: [SuiteCase], seeds: [UInt64] = [1], kind: WorldKind = .simulated, width: Int = 2
    ) async throws -> RunSummary {
        await SuiteRun.carryOut(plan(try blueprint(kind), cases: cases, seeds: seeds, users: 1, width: width)) { _ in }
    }

    @Test(arguments: WorldKind.allCases) func nothingSelectedIsNoSuccess(kind: WorldKind) async throws {
        let summary = try await run([], kind: kind)
        #expect(summary.exitCode == 2)
        #expect([summary.declared, summary.selected, summary.executed] == [0, 0, 0])
    }

    @Test(arguments: WorldKind.allCases) func nothingExecutedIsNoSuccess(kind: WorldKind) async throws {
        let summary = try await run([empty, throwing], kind: kind)
        #expect(summary.exitCode == 2)
        #expect([summary.declared, summary.executed, summary.notRun] == [2, 0, 2])
        #expect(summary.shown.map(\.verdict) == [.notRun("the case checked nothing"), .notRun("it broke")])
    }

    @Test func someNotRunIsNoSuccess() async throws { #expect(try await run([passing, throwing]).exitCode == 2) }

    @Test(arguments: WorldKind.allCases) func oneFailureFailsTheRun(kind: WorldKind) async throws {
        let summary = try await run([passing, failing, throwing], kind: kind)
        #expect(summary.exitCode == 1)
        #expect([summary.executed, summary.passed, summary.failed, summary.notRun] == [2, 1, 1, 1])
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
            plan(try blueprint(), cases: [passing, failing], seeds: [5, 6, 7], users: 1, width: 4)
        ) { result in order.withLock { $0.append("\(result.id) \(result.seed)") } }
        #expect(summary.declared == 6)
        #expect(summary.collected == SuiteCatalogue.cases.count)
        #expect(summary.selected == 2)
        #expect([summary.executed, summary.passed, summary.failed] == [6, 3, 3])
        // In the plan's order, whatever ran first.
        let expected = ["test/passing", "test/failing"].flatMap { id in [5, 6, 7].map { "\(id) \($0)" } }
        #expect(order.withLock { $0 } == expected)
    }

    @Test func selectionKnowsItsCases() throws {
        #expect(try CaseSelection.select([]).map(\.id) == SuiteCatalogue.cases.map(\.id))
        #expect(try CaseSelection.select(["e2e/golden-path"]).count == 1)
        #expect(throws: InputError.unknown("case", "e2e/golden-pth", known: ["e2e/golden-path"])) {
            try CaseSelection.select(["e2e/golden-pth"], from: SuiteCatalogue.cases.filter { $0.id == "e2e/golden-path" })
        }
    }
}
