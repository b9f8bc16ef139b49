// Decisions hang on seed, site, actor and occurrence alone: neither order nor company changes them.

import Kernel
import Testing
import Wire

@testable import Faults

private func injector(_ faults: [String], seed: UInt64 = 1) throws -> FaultInjector {
    let plan = try faults.map { try FaultExpression.parse($0, endpoints: ["agent", "llm", "auth", "client"]) }
    return FaultInjector(FaultPlan(plan), chance: Chance(seed: seed))
}

private func event(_ occurrence: UInt64, user: String = "user-1", _ direction: LinkDirection = .forth) -> LinkEvent {
    LinkEvent(link: LinkName(from: .client(user), to: .service("agent")), direction: direction, occurrence: occurrence, bytes: 10)
}

@Suite struct FaultInjectorTests {
    private let fault = "client<->agent: latency(mean=50ms, jitter=40ms)~25%"

    @Test func theSeedDecides() throws {
        func verdicts(_ seed: UInt64) throws -> [Verdict] {
            let injector = try injector([fault], seed: seed)
            return (1...400).map { injector.judge(event($0)) }
        }
        let first = try verdicts(1)
        #expect(try verdicts(1) == first)
        #expect(try verdicts(2) != first)
        let count = first.count { $0 != .pass }
        #expect((60...140).contains(count), "a quarter of 400 was expected, \(count) came")
        #expect(Set(first).count > 50, "every delay is its own")
    }

    @Test func theOrderOfAskingDoesNot() throws {
        let (forwards, backwards) = (try injector([fault]), try injector([fault]))
        let there = (1...200).map { forwards.judge(event($0)) }
        let back = (1...200).reversed().map { backwards.judge(event($0)) }
        #expect(there == back.reversed())
        #expect(forwards.decisions == backwards.decisions.reversed())
    }

    @Test func anotherUserDoesNotMatter() throws {
        let (alone, together) = (try injector([fault]), try injector([fault]))
        let verdicts = (1...200).map { alone.judge(event($0)) }
        let beside = (1...200 as ClosedRange<UInt64>).map { occurrence in
            _ = together.judge(event(occurrence, user: "user-2"))
            return together.judge(event(occurrence))
        }
        #expect(beside == verdicts)
        #expect(together.decisions.filter { $0.actor.hasPrefix("user-1->") } == alone.decisions)
        #expect(together.decisions.count > alone.decisions.count)
    }

    @Test func anotherFaultDoesNotMatter() throws {
        let before = "client->agent: reset@7"
        let (alone, behind) = (try injector([fault]), try injector([before, fault]))
        for occurrence in 1...200 as ClosedRange<UInt64> {
            let verdict = behind.judge(event(occurrence))
            if occurrence == 7 { #expect(verdict == .reset) } else { #expect(verdict == alone.judge(event(occurrence))) }
        }
    }

    @Test func directionsAndUsersHaveChancesOfTheirOwn() throws {
        let injector = try injector([fault])
        let forth = (1...200).map { injector.judge(event($0)) }
        #expect(forth != (1...200).map { injector.judge(event($0, .back)) })
        #expect(forth != (1...200).map { injector.judge(event($0, user: "user-2")) })
    }

    @Test func decisionsSayWhatAndWhere() throws {
        let injector = try injector(["client<-agent: drop@3"])
        for occurrence in 1...5 as ClosedRange<UInt64> {
            _ = injector.judge(event(occurrence))
            _ = injector.judge(event(occurrence, .back))
        }
        let expected = FaultDecision(
            site: "client<-agent: drop@3", actor: "user-1->agent<-", occurrence: 3, fault: "drop", verdict: .drop)
        #expect(injector.decisions == [expected])
        #expect(!injector.isIdle)
        #expect(try MeshTests.injector([]).isIdle)
    }
}
