// Faults as they are written: every form of the syntax, and what is said of what is no fault.

import Faults
import Fixtures
import Kernel
import Testing
import Wire

private let endpoints = ["auth", "llm", "analytics", "events", "agent", "client"]

private func parse(_ text: String) throws -> PlannedFault { try FaultExpression.parse(text, endpoints: endpoints) }

@Suite struct FaultExpressionTests {
    @Test(
        arguments: [
            ("agent->llm: reset", [.forth]), ("agent<-llm: reset", [.back]),
            ("agent<->llm: reset", [.forth, .back]), ("agent -> llm : reset", [.forth]), ("  agent<-llm:reset  ", [.back]),
        ] as [(String, Set<LinkDirection>)])
    func linksAndDirections(text: String, directions: Set<LinkDirection>) throws {
        let fault = try parse(text)
        #expect(fault.links.caller == "agent")
        #expect(fault.links.callee == "llm")
        #expect(fault.directions == directions)
        #expect(fault.name == "reset")
        #expect(fault.text == text)
        #expect(fault.occurrences == nil)
        #expect(fault.probability == .always)
    }

    @Test func ends() throws {
        let link = LinkName(from: .client("user-3"), to: .service("agent"))
        for (text, matches) in [
            ("client->agent", true), ("user-3->agent", true), ("*->agent", true), ("client->*", true), ("*->*", true),
            ("user-4->agent", false), ("agent->agent", false), ("client->llm", false), ("agent->client", false),
        ] {
            #expect(try parse("\(text): drop").links.matches(link) == matches, "\(text)")
        }
    }

    @Test(
        arguments: [
            ("@2", 2...2), ("@2..5", 2...5), ("@7..", 7...UInt64.max), (" @ 2", 2...2), ("@3..3", 3...3),
        ] as [(String, ClosedRange<UInt64>)])
    func occurrences(text: String, range: ClosedRange<UInt64>) throws {
        #expect(try parse("agent->llm: drop\(text)").occurrences == range)
    }

    @Test(
        arguments: [
            ("~5%", Ratio(50_000, in: 1_000_000)), ("~100%", Ratio(1_000_000, in: 1_000_000)),
            ("~0.5%", Ratio(5_000, in: 1_000_000)),
            (" ~ 5%", Ratio(50_000, in: 1_000_000)),
        ] as [(String, Ratio)])
    func probabilities(text: String, ratio: Ratio) throws {
        #expect(try parse("agent->llm: drop\(text)").probability == ratio)
        let both = try parse("agent->llm: drop@4..\(text)")
        #expect(both.probability == ratio)
        #expect(both.occurrences == 4...UInt64.max)
    }

    @Test func parameters() throws {
        let forms = [
            "latency": 100, "latency()": 100, "latency(mean=250us)": 0.25, "latency(mean=20ms)": 20,
            "latency( mean = 1.5s )": 1500,
            "latency(mean=2m, jitter=0s)": 120_000, "latency(jitter=0s,mean=1h)": 3_600_000,
        ]
        for (text, milliseconds) in forms.sorted(by: { $0.key < $1.key }) {
            let injector = FaultInjector(FaultPlan([try parse("agent->llm: \(text)")]), chance: Chance(seed: 1))
            let event = LinkEvent(
                link: LinkName(from: .service("agent"), to: .service("llm")), direction: .forth, occurrence: 1, bytes: 9)
            #expect(injector.judge(event) == .delay(.microseconds(Int(milliseconds * 1000))), "\(text)")
        }
    }

    @Test(
        arguments: [
            ("", "This is no fault."), ("reset", "This is no fault."), ("agent->llm", "This is no fault."),
            ("agent->llm:", "This is no fault."), ("agent->llm: @2", "This is no fault."),
            ("agent llm: reset", "'agent llm' is no link."),
            ("agent=>llm: reset", "'agent=>llm' is no link."), (": reset", "'' is no link."),
            ("agnt->llm: reset", "No service is named 'agnt'. Did you mean 'agent'?"),
            ("agent->lm: reset", "No service is named 'lm'. Did you mean 'llm'?"),
            ("->llm: reset", "No service is named ''."), ("agent->: reset", "No service is named ''."),
            ("agent->llm->auth: reset", "No service is named 'llm->auth'."),
            ("agent->llm: rest", "No fault is named 'rest'. Did you mean 'reset'?"),
            ("agent->llm: latncy(mean=2s)", "No fault is named 'latncy'. Did you mean 'latency'?"),
            ("agent->llm: partition", "No fault is named 'partition'."),
            ("agent->llm: reset@0", "'@0' is no occurrence"), ("agent->llm: reset@", "'@' is no occurrence"),
            ("agent->llm: reset@x", "'@x' is no occurrence"), ("agent->llm: reset@-1", "'@-1' is no occurrence"),
            ("agent->llm: reset@5..2", "'@5..2' is no occurrence"), ("agent->llm: reset@..5", "'@..5' is no occurrence"),
            ("agent->llm: reset@1..2..3", "'@1..2..3' is no occurrence"), ("agent->llm: reset@2..x", "'@2..x' is no occurrence"),
            ("agent->llm: reset~5", "'5' is no probability"), ("agent->llm: reset~", "'' is no probability"),
            ("agent->llm: reset~0%", "'0%' is no probability"), ("agent->llm: reset~101%", "'101%' is no probability"),
            ("agent->llm: reset~-5%", "'-5%' is no probability"), ("agent->llm: reset~nan%", "'nan%' is no probability"),
            ("agent->llm: latency(mean)", "'mean' is no PARAMETER=VALUE."),
            ("agent->llm: latency(mean=20ms", "The ')' is missing after 'latency(mean=20ms'."),
            ("agent->llm: latency(maen=20ms)", "No parameter of 'latency' is named 'maen'. Did you mean 'mean'?"),
            ("agent->llm: reset(mean=20ms)", "No parameter of 'reset' is named 'mean'. None is known."),
            ("agent->llm: latency(mean=20)", "'20' is no duration for 'mean'"),
            ("agent->llm: latency(mean=-1s)", "'-1s' is no duration for 'mean'"),
            ("agent->llm: latency(jitter=fast)", "'fast' is no duration for 'jitter'"),
            ("user-->llm: reset", "No service is named 'user-'."),
            ("agent->llm: reset~0.00001%", "'0.00001%' is no probability"),
            ("agent->llm: latency(mean=1s, mean=2s)", "The parameter 'mean' is given twice."),
        ] as [(String, String)])
    func whatIsNoFault(text: String, begins: String) {
        do {
            _ = try parse(text)
            Issue.record("'\(text)' was taken for a fault")
        } catch let error as InputError {
            #expect(error.message.hasPrefix(begins), "\(error.message)")
            #expect(error.place == Place("--fault \"\(text)\""))
            #expect(!error.description.contains("\n"))
            #expect(error.message.hasSuffix(".") || error.message.contains("Known: "), "\(error.message)")
        } catch {
            Issue.record("expected an InputError, got \(error)")
        }
    }
}
