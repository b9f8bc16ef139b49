// Decisions hang on seed, site, actor and occurrence alone: neither order nor company changes them.

import Kernel
import Testing
import Wire

@testable import Faults

private func injector(_ faults: [String], seed: UInt64 = 1) throws -> FaultInjector {
    let plan = try faults.map { try FaultExpression.parse($0, endpoints: ["agent", "llm", "auth", "client"]) }
    return FaultInjector(FaultPlan(plan), chance: Chance(seed: seed))
}

private func event(_ occurrence: UInt64, user: String = "user-1", _ direction: LinkDirection = .forth) -> FaultEvent {
    let link = LinkName(from: .client(user), to: .service("agent"))
    return FaultEvent(.link(.delivery, link, direction), occurrence: occurrence)
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
            site: .delivery, actor: "user-1->agent<-", occurrence: 3, fault: "drop", verdict: .drop)
        #expect(injector.decisions == [expected])
        #expect(!injector.isIdle)
        #expect(try FaultTests.injector([]).isIdle)
    }

    @Test func placesAreCountedEachForItself() throws {
        let injector = try injector(["llm /v1/chat: http-429@2", "agent sql insert: statement-error@1..2"])
        func request(_ user: String) -> FaultPlace {
            let link = LinkName(from: .client(user), to: .service("llm"))
            return .route(.request, RequestName(link: link, method: "POST", route: "/v1/chat", path: "/v1/chat"))
        }
        let refused = Verdict.answer(status: 429, retryAfter: .seconds(1), served: false)
        #expect((1...3).map { _ in injector.judge(request("user-1")) } == [.pass, refused, .pass])
        #expect((1...3).map { _ in injector.judge(request("user-2")) } == [.pass, refused, .pass])
        func statement(_ kind: String) -> FaultPlace { .store(.statement, .service("agent"), operation: kind) }
        #expect(injector.judge(statement("select")) == .pass)
        #expect(
            (1...3).map { _ in injector.judge(statement("insert")) } == [.fail(state: "40001"), .fail(state: "40001"), .pass])
        #expect(!injector.watches(.delivery))
        #expect(injector.watches(.request))
    }

    @Test func windowsBeginAndEnd() throws {
        let injector = try injector(["agent<->llm: partition@t=1s..3s"])
        let link = LinkName(from: .service("agent"), to: .service("llm"))
        func verdict(at time: Duration, _ site: FaultSite = .delivery) -> Verdict {
            injector.judge(FaultEvent(.link(site, link, .forth), occurrence: 1, time: time))
        }
        #expect(verdict(at: .milliseconds(999)) == .pass)
        #expect(verdict(at: .seconds(1)) == .delay(.seconds(2)))
        #expect(verdict(at: .milliseconds(2999)) == .delay(.milliseconds(1)))
        #expect(verdict(at: .seconds(3)) == .pass)
        #expect(verdict(at: .seconds(2), .connection) == .delay(.seconds(1)))
    }

    @Test func crashesHaveAppointments() throws {
        let agent = Endpoint.service("agent")
        #expect(try injector(["agent: crash@t=2s"]).appointments(of: agent) == [.crash(down: .seconds(1), at: .seconds(2))])
        #expect(try injector(["agent: crash@t=2s"]).appointments(of: .service("llm")) == [])
        var times: Set<Duration> = []
        for seed in 1...40 as ClosedRange<UInt64> {
            let mine = try injector(["*: crash(down=5ms)@t=1s..2s~50%"], seed: seed).appointments(of: agent)
            for case .crash(.milliseconds(5), let time?) in mine { times.insert(time) }
        }
        #expect(times.count > 10 && times.count < 30)
        #expect(times.allSatisfy { $0 >= .seconds(1) && $0 <= .seconds(2) })
    }
}
