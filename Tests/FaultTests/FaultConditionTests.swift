// Conditions on what events say: how they are written, what they match, and that only what meets them is counted.

import Fixtures
import Kernel
import Testing
import Wire

@testable import Faults

private let endpoints = ["auth", "llm", "analytics", "events", "agent", "client"]

private func parse(_ text: String) throws -> PlannedFault { try FaultExpression.parse(text, endpoints: endpoints) }

@Suite struct FaultConditionTests {
    private static let back = FaultPlace.link(.message, LinkName(from: .client("user-1"), to: .service("events")), .back)

    private func message(_ type: String, _ text: String = "") -> FaultContent {
        FaultContent(message: "{\"type\":\"\(type)\",\"data\":\"\(text)\"}")
    }

    @Test(
        arguments: [
            ("client<-events[agent_completed]: event-loss@1", FaultCondition(type: "agent_completed")),
            ("client<-events [ agent_completed ] : event-loss", FaultCondition(type: "agent_completed")),
            ("client<-events[~\"a: b] c\"]: event-loss", FaultCondition(text: "a: b] c")),
            ("client->events[chat ~\"hello\"]: event-loss", FaultCondition(type: "chat", text: "hello")),
            ("llm POST /v1/x:y[~\"costs\"]: http-429", FaultCondition(text: "costs")),
            ("auth sql insert[~\"sessions\"]: statement-error", FaultCondition(text: "sessions")),
            ("auth cache get[~\"session:\"]: cache-evict", FaultCondition(text: "session:")),
        ])
    func conditions(text: String, condition: FaultCondition) throws {
        let fault = try parse(text)
        #expect(fault.condition == condition)
        // A plan that is written anew says the same.
        let again = "\(fault.pattern)\(condition): \(fault.name)"
        #expect(try parse(again).condition == condition)
    }

    @Test(
        arguments: [
            ("client<-events[]: event-loss", "'[]' is no condition"), ("client<-events[~]: event-loss", "'[~]' is no condition"),
            ("client<-events[~text]: event-loss", "'[~text]' is no condition"),
            ("client<-events[a b]: event-loss", "'[a b]' is no condition"),
            ("client<-events[a: event-loss", "This is no fault."), ("client<-events[a] event-loss", "This is no fault."),
            ("agent->llm[~\"a\"]: latency", "'latency' cannot have the condition [~\"a\"]: what happens at a delivery"),
            ("agent[~\"a\"]: crash", "'crash' cannot have the condition"),
            ("llm /v1[chat]: http-429", "Only WebSocket messages have a type. Write [~\"chat\"] for a text."),
        ])
    func whatIsNoCondition(text: String, begins: String) {
        let thrown = #expect(throws: InputError.self) { try parse(text) }
        #expect(thrown?.message.hasPrefix(begins) ?? false, "\(thrown?.message ?? "")")
    }

    @Test func theNthOfATypeIsCounted() throws {
        let plan = FaultPlan([try parse("client<-events[agent_completed]: event-loss@2")])
        let injector = FaultInjector(plan, chance: Chance(seed: 1))
        #expect(injector.reads(.message) && !injector.reads(.request))
        let types = ["agent_started", "agent_completed", "agent_started", "agent_completed", "agent_completed"]
        let verdicts = types.map { type in injector.judge(Self.back) { message(type) } }
        #expect(verdicts == [.pass, .pass, .pass, .lose, .pass])
        // The decision is known by the message's own number, so that a list repeats it without reading anything.
        #expect(injector.decisions.map(\.occurrence) == [4])
        let list = FaultPlan(repeating: DecisionList(injector.decisions))
        let repeated = FaultInjector(list, chance: Chance(seed: 2))
        #expect(!repeated.reads(.message))
        #expect(types.map { _ in repeated.judge(Self.back) } == verdicts)
    }

    @Test func anotherFaultLeavesTheCount() throws {
        let both = [try parse("client<-events: event-duplicate@1"), try parse("client<-events[a]: event-loss@2")]
        let injector = FaultInjector(FaultPlan(both), chance: Chance(seed: 1))
        let verdicts = (1...3).map { _ in injector.judge(Self.back) { message("a") } }
        #expect(verdicts == [.duplicate(after: .zero), .lose, .pass])
    }

    @Test func contentIsReadWhereAFaultAsks() throws {
        let plan = FaultPlan([try parse("client<-events: event-loss@9")])
        let injector = FaultInjector(plan, chance: Chance(seed: 1))
        _ = injector.judge(Self.back) {
            Issue.record("nobody asked")
            return nil
        }
        #expect(FaultContent(message: "{\"jsonrpc\":\"2.0\",\"method\":\"ping\"}").type == "ping")
        #expect(FaultContent(message: "no JSON").type == nil)
        #expect(FaultCondition(text: "b").matches(FaultContent(text: "abc")))
        #expect(!FaultCondition(type: "a", text: "b").matches(FaultContent(text: "abc")))
    }

    @Test func filesHaveConditions() throws {
        let plan = try FaultFile.parse(
            """
            faults:
              - fault: event-loss
                where: {link: client<-events, event: agent_completed}
                when: {occurrences: 1}
              - fault: http-429
                where: {service: llm, route: POST /v1/**, content: costs}
              - fault: tool-refused
                where: {service: agent, store: tool, operation: log_fetcher}
            """, endpoints: endpoints, name: "p.yaml")
        #expect(
            plan.faults.map(\.text) == [
                "client<-events[agent_completed]: event-loss@1", "llm POST /v1/**[~\"costs\"]: http-429",
                "agent tool log_fetcher: tool-refused",
            ])
        for fault in plan.faults { #expect(try parse(fault.text).condition == fault.condition) }
    }
}
