// The golden path passes with few and many users, in both worlds, and fails where a fault cuts it.

import Kernel
import Runner
import Suites
import Testing
import Worlds

@Suite(.timeLimit(.minutes(3))) struct GoldenPathTests {
    @Test(arguments: [1, 10, 50]) func passesSimulated(users: Int) async throws {
        let summary = await SuiteRun.carryOut(plan(try blueprint(), users: users)) { _ in }
        #expect(summary.shown.map(\.verdict) == [.passed])
        #expect(summary.exitCode == 0)
        #expect(summary.fingerprint != nil)
        #expect(summary.shown.first.map { Set($0.timings.map(\.user)).count } == users)
    }

    @Test func passesOnLoopback() async throws {
        let summary = await SuiteRun.carryOut(plan(try blueprint(.local), users: 3)) { _ in }
        #expect(summary.shown.map(\.verdict) == [.passed])
        #expect(summary.exitCode == 0)
        // Real sockets do not repeat, so nothing claims that they do.
        #expect(summary.fingerprint == nil)
    }

    @Test(arguments: ["client->auth: reset@1", "llm /**: llm-cut@1", "client<-events: drop@1", "client<-agent: reset@1"])
    func failsWhereItIsCut(fault: String) throws {
        let run = try GoldenRun(users: 2, faults: [fault])
        #expect(!run.decisions.isEmpty)
        #expect(!run.findings.isEmpty)
    }

    @Test func onlyTheUserWhoseLinkIsCutIsHurt() throws {
        let run = try GoldenRun(users: 5, faults: ["user-3->agent: reset@1"])
        #expect(run.decisions.count == 1)
        #expect(!run.findings.isEmpty)
        #expect(run.findings.allSatisfy { $0.hasPrefix("user-3,") }, "\(run.findings)")
    }

    @Test func latencyTakesTimeAndHurtsNobody() async throws {
        let calm = await SuiteRun.carryOut(plan(try blueprint(), users: 3)) { _ in }
        let slow = await SuiteRun.carryOut(
            plan(try blueprint(faults: ["client<->agent: latency(mean=500ms, jitter=100ms)"]), users: 3)
        ) { _ in }
        #expect(slow.shown.map(\.verdict) == [.passed])
        #expect(slow.elapsed >= calm.elapsed + .milliseconds(1600))
    }
}
