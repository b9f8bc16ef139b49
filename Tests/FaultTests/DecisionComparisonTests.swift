// Two decision lists beside each other: what is alike, what only one has, and what must not differ.

import Kernel
import Testing
import Wire

@testable import Faults

private func decision(_ occurrence: UInt64, _ verdict: Verdict = .drop, fault: String = "drop", actor: String = "user-1->auth->")
    -> FaultDecision
{
    FaultDecision(site: .delivery, actor: actor, occurrence: occurrence, fault: fault, verdict: verdict)
}

private func faults(_ lines: [String]) throws -> [PlannedFault] {
    try lines.map { try FaultExpression.parse($0, endpoints: ["client", "auth", "events", "agent"]) }
}

@Suite struct DecisionComparisonTests {
    @Test func keysAreSetBesideEachOther() {
        let first = [decision(3), decision(1), decision(2, actor: "user-2->auth->"), decision(9)]
        let second = [decision(1), decision(2), decision(3), decision(5)]
        let comparison = DecisionComparison(first, second, faults: [])
        #expect(comparison.both == [decision(3), decision(1)])
        #expect(comparison.onlyFirst == [decision(2, actor: "user-2->auth->"), decision(9)])
        #expect(comparison.onlySecond == [decision(2), decision(5)])
        #expect(comparison.differing.isEmpty && comparison.allowed.isEmpty)
    }

    @Test func anotherFateOfTheSameKeyIsADefect() throws {
        let late = decision(1, .delay(.milliseconds(3)), fault: "latency")
        let later = decision(1, .delay(.milliseconds(4)), fault: "latency")
        let plan = try faults(["client->auth: latency(mean=3ms)", "client->auth: drop"])
        for (first, second) in [(late, later), (late, decision(1)), (decision(1), late)] {
            let comparison = DecisionComparison([first], [second], faults: plan)
            #expect(comparison.differing.map(\.first) == [first] && comparison.differing.map(\.second) == [second])
            #expect(comparison.both.isEmpty && comparison.allowed.isEmpty)
            #expect(comparison.onlyFirst.isEmpty && comparison.onlySecond.isEmpty)
        }
    }

    @Test(arguments: [
        // A window: the other world came there before, or after it.
        "client->auth: latency(mean=3ms)@t=0s..1s",
        // A rule that asks for the time, or for the size.
        "client->auth: partition@t=0s..1s", "*<->*: swizzle@t=0s..1s", "client->auth: bandwidth(rate=1kB/s)",
    ])
    func whatAsksForTimeOrSizeMayDiffer(line: String) throws {
        let plan = try faults([line, "client->auth: drop"])
        let timed = decision(1, .delay(.milliseconds(3)), fault: plan[0].name)
        let other = decision(1, .delay(.milliseconds(4)), fault: plan[0].name)
        for second in [other, decision(1)] {
            let comparison = DecisionComparison([timed], [second], faults: plan)
            #expect(comparison.allowed.map(\.second) == [second])
            #expect(comparison.differing.isEmpty && comparison.both.isEmpty)
        }
        // Only where the fault takes part.
        let (lost, reset) = (decision(1), decision(1, .reset, fault: "reset"))
        #expect(DecisionComparison([lost], [reset], faults: plan).differing.count == 1)
    }

    @Test func whatAsksForContentMayDiffer() throws {
        let plan = try faults(["client<-events[agent_completed]: event-loss@1", "client<-events: event-duplicate~5%"])
        func message(_ fault: String, _ verdict: Verdict) -> FaultDecision {
            FaultDecision(site: .message, actor: "user-1->events<-", occurrence: 4, fault: fault, verdict: verdict)
        }
        let (loss, double) = (message("event-loss", .lose), message("event-duplicate", .duplicate(after: .zero)))
        #expect(DecisionComparison([loss], [double], faults: plan).allowed.count == 1)
    }

    @Test func appointmentsAreMadeBeforeTheirTime() throws {
        let plan = try faults(["agent: crash@t=1s..2s"])
        func crash(_ at: Duration) -> FaultDecision {
            FaultDecision(
                site: .appointment, actor: "agent", occurrence: 1, fault: "crash", verdict: .crash(down: .seconds(1), at: at))
        }
        let comparison = DecisionComparison([crash(.milliseconds(1100))], [crash(.milliseconds(1200))], faults: plan)
        #expect(comparison.differing.count == 1)
    }
}
