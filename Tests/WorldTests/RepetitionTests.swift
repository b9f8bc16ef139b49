// A seed decides a run: equal seeds give equal fingerprints, alone or beside others, with or without faults.

import Faults
import Kernel
import Runner
import Suites
import Testing
import Worlds

@Suite(.timeLimit(.minutes(5))) struct RepetitionTests {
    @Test func equalSeedsRepeatAndOthersDiffer() throws {
        var seen: Set<Fingerprint> = []
        for seed in 1...8 as ClosedRange<UInt64> {
            let first = try GoldenRun(seed: seed, users: 10)
            #expect(first.findings == [], "seed \(seed)")
            #expect(try GoldenRun(seed: seed, users: 10).fingerprint == first.fingerprint, "seed \(seed)")
            seen.insert(first.fingerprint)
        }
        #expect(seen.count == 8)
    }

    @Test func howManyRunAtOnceDoesNotMatter() async throws {
        var fingerprints: [Fingerprint?] = []
        for width in [1, 2, 4] {
            let summary = await SuiteRun.carryOut(plan(try blueprint(), seeds: Array(1...8), users: 5, width: width)) { _ in }
            #expect(summary.passed == 8)
            fingerprints.append(summary.fingerprint)
        }
        #expect(fingerprints[0] != nil)
        #expect(Set(fingerprints).count == 1)
        let others = await SuiteRun.carryOut(plan(try blueprint(), seeds: Array(2...9), users: 5)) { _ in }
        #expect(others.fingerprint != fingerprints[0])
    }

    @Test func theNeutralOrderRepeats() throws {
        for seed in [1, 2, 3] as [UInt64] {
            let first = try GoldenRun(seed: seed, users: 5, order: .firstInFirstOut)
            #expect(first.findings == [])
            #expect(try GoldenRun(seed: seed, users: 5, order: .firstInFirstOut) == first)
            #expect(try GoldenRun(seed: seed, users: 5).fingerprint != first.fingerprint)
        }
    }

    @Test(arguments: ["client<->agent: latency(mean=30ms, jitter=20ms)~30%", "agent<-llm: reset@2", "client->*: reset~10%"])
    func faultsRepeat(fault: String) throws {
        for seed in 1...3 as ClosedRange<UInt64> {
            let first = try GoldenRun(seed: seed, users: 5, faults: [fault])
            #expect(try GoldenRun(seed: seed, users: 5, faults: [fault]) == first)
            #expect(!first.decisions.isEmpty, "the fault never happened, so nothing was shown")
        }
    }

    @Test(arguments: ["llm->auth: reset", "user-99->*: drop", "agent->llm: reset@1000000"])
    func aFaultThatNeverHappensChangesNothing(fault: String) throws {
        let run = try GoldenRun(users: 5, faults: [fault])
        #expect(run.decisions == [])
        #expect(run.fingerprint == (try GoldenRun(users: 5).fingerprint))
    }

    @Test func oneMoreUserLeavesTheFaultsOfTheOthers() throws {
        let fault = "client<->agent: latency(mean=30ms, jitter=20ms)~40%"
        func decisions(users: Int) throws -> [String: [FaultDecision]] {
            let mine = try GoldenRun(users: users, faults: [fault]).decisions.filter { !$0.actor.hasPrefix("user-11->") }
            return Dictionary(grouping: mine, by: \.actor)
        }
        let (ten, eleven) = (try decisions(users: 10), try decisions(users: 11))
        #expect(ten.count >= 10)
        #expect(ten == eleven)
    }
}
