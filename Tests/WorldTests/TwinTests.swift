// Local runs beside their simulated twins: equal keys, equal decisions; and what reports say of it.

import Faults
import Kernel
import Suites
import Synchronization
import Testing
import Wire
import Worlds

@testable import Runner

private let mixed = [
    "*<->*: latency(mean=2ms, jitter=2ms)~20%", "*<->*: jitter(max=1ms)~30%", "client<-events: event-duplicate~10%",
    "client<-*: rechunk(size=40)~20%", "agent->* /**: http-503~10%", "agent sql: statement-error~5%",
    "client<->auth: bandwidth(rate=1MB/s)", "client<->agent: partition@t=10ms..60ms",
]

/// A run as text and as JSON lines.
private enum Reports {
    static func of(_ plan: RunPlan, _ results: [CaseResult], amount: TerminalReport.Amount) throws -> (String, [JSONValue]) {
        let (text, lines) = (Texts(), Texts())
        let command = ReplayCommand(["--users", "1"])
        let style = TerminalReport.Style(isLive: false, isColoured: false, amount: amount, traceback: .short)
        let report = TerminalReport(plan, style: style, command: command, write: text.write)
        let json = JSONLines(write: lines.write)
        var summary = RunSummary(plan)
        for result in results {
            summary.add(result)
            report.observe(result)
            json.observe(result)
        }
        report.end(summary)
        json.end(summary, command: command)
        return (text.all, try lines.all.split(separator: "\n").map { try JSONValue(json: String($0)) })
    }
}

private final class Texts: Sendable {
    private let text = Mutex("")
    var all: String { text.withLock { $0 } }
    @Sendable func write(_ piece: String) { text.withLock { $0 += piece } }
}

@Suite(.timeLimit(.minutes(10))) struct TwinTests {
    @Test func equalKeysDecideAlikeInBothWorlds() async throws {
        let results = Mutex<[CaseResult]>([])
        let plan = plan(try blueprint(.local, faults: mixed), seeds: [1, 2, 3], users: 2, width: 3)
        let summary = await SuiteRun.carryOut(plan) { result in results.withLock { $0.append(result) } }
        #expect(summary.twins.caseRuns == 3 && summary.twins.notCompared == 0)
        #expect(summary.twins.differing == 0)
        #expect(summary.twins.both > 60, "\(summary.twins)")
        for result in results.withLock({ $0 }) {
            guard case .compared(let comparison)? = result.twin else {
                Issue.record("not compared: \(String(describing: result.twin))")
                continue
            }
            #expect(comparison.differing == [])
            #expect(comparison.both.count + comparison.allowed.count + comparison.onlyFirst.count == result.decisions.count)
            // More than what each world has alone.
            #expect(comparison.both.count > comparison.onlyFirst.count + comparison.onlySecond.count, "\(comparison)")
        }
        let (text, lines) = try Reports.of(plan, results.withLock { $0 }, amount: .normal)
        #expect(text.contains("(3 case runs, each beside its simulated twin)"))
        #expect(lines.last?["comparison"]?["differing"] == 0)
        #expect(lines.first?["comparison"]?["both"]?.array?.isEmpty == false)
    }

    @Test func worldsWithoutFaultsHaveNoTwin() async throws {
        let summary = await SuiteRun.carryOut(plan(try blueprint(.local), users: 1)) { #expect($0.twin == nil) }
        #expect(summary.twins.summary == nil)
    }

    @Test func aDifferenceIsADefect() throws {
        let late = FaultDecision(
            site: .delivery, actor: "user-1->auth->", occurrence: 2, fault: "latency", verdict: .delay(.milliseconds(5)))
        let lost = FaultDecision(site: .delivery, actor: "user-1->auth->", occurrence: 2, fault: "drop", verdict: .drop)
        let alone = FaultDecision(site: .request, actor: "a", occurrence: 1, fault: "http-503", verdict: .reset)
        let twin = TwinComparison.compared(DecisionComparison([late, alone], [lost], faults: []))
        let finding = try #require(twin.findings.first)
        #expect(twin.findings.count == 1 && finding.step == "decisions")
        #expect(
            finding.message.contains(
                "locally latency of delivery 2 on user-1->auth-> (5 ms), simulated drop of delivery 2 on user-1->auth->"))
        #expect(
            twin.lines(isDetailed: true) == [
                "decisions:   0 in both worlds,   1 differ,   1 only local,   0 only simulated",
                "  DIFFER          local latency of delivery 2 on user-1->auth-> (5 ms), simulated drop of delivery 2 on user-1->auth->",
                "  only local      http-503 of request 1 on a",
            ])
        #expect(twin.json["differing"]?.array?.first?["local"] == late.json)
        #expect(twin.json["only_local"]?.array == [alone.json])
        let unknown = TwinComparison.notCompared("no reason")
        #expect(unknown.lines(isDetailed: false) == ["decisions: not compared with the simulated world's: no reason"])
    }
}
