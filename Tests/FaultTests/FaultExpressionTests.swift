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
        #expect(fault.pattern == .link(LinkPattern(caller: "agent", callee: "llm"), directions))
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
            let place = FaultPlace.link(.delivery, link, .forth)
            #expect(try parse("\(text): drop").pattern.matches(place) == matches, "\(text)")
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
            let link = LinkName(from: .service("agent"), to: .service("llm"))
            let event = FaultEvent(.link(.delivery, link, .forth), occurrence: 1)
            #expect(injector.judge(event) == .delay(.microseconds(Int(milliseconds * 1000))), "\(text)")
        }
    }

    @Test func places() throws {
        let agent = LinkName(from: .service("agent"), to: .service("llm"))
        let user = LinkName(from: .client("user-3"), to: .replica(2, of: "agent"))
        let chat = RequestName(link: agent, method: "POST", route: "/v1/chat/completions", path: "/v1/chat/completions")
        let thread = RequestName(link: user, method: "GET", route: "/api/threads/{id}", path: "/api/threads/thread_1")
        for (text, place, matches) in [
            ("llm /v1/chat/completions: http-429", FaultPlace.route(.request, chat), true),
            ("llm POST /v1/chat/completions: http-429", .route(.request, chat), true),
            ("llm GET /v1/chat/completions: http-429", .route(.request, chat), false),
            ("llm /v1/*: http-429", .route(.request, chat), false), ("llm /v1/**: http-429", .route(.request, chat), true),
            ("llm /**: http-429", .route(.request, chat), true), ("agent->llm /**: http-429", .route(.request, chat), true),
            ("client->llm /**: http-429", .route(.request, chat), false), ("* /**: http-429", .route(.request, chat), true),
            ("agent /api/threads/{id}: http-429", .route(.request, thread), true),
            ("agent /api/threads/thread_1: http-429", .route(.request, thread), true),
            ("agent /api/threads/thread_2: http-429", .route(.request, thread), false),
            ("user-3->agent-2 /api/**: http-429", .route(.request, thread), true),
            ("user-3->agent-1 /api/**: http-429", .route(.request, thread), false),
            ("agent sql: statement-error", .store(.statement, .service("agent"), operation: "insert"), true),
            ("agent sql insert: statement-error", .store(.statement, .service("agent"), operation: "insert"), true),
            ("agent sql select: statement-error", .store(.statement, .service("agent"), operation: "insert"), false),
            ("auth cache get: cache-evict", .store(.cache, .service("auth"), operation: "get"), true),
            ("auth: crash", .process(.arrival, .service("auth")), true),
            ("auth: crash", .process(.arrival, .service("agent")), false),
            ("agent: crash@t=2s", .process(.appointment, .replica(1, of: "agent")), true),
        ] {
            #expect(try parse(text).pattern.matches(place) == matches, "\(text)")
        }
    }

    @Test func timesAndOtherOrders() throws {
        let crash = try parse("agent: crash@t=2s(down=1s)")
        #expect(crash.window == FaultWindow(from: .seconds(2)))
        #expect(crash.sites == [.appointment])
        #expect(try parse("agent: crash@5").sites == [.arrival])
        #expect(try parse("agent: crash@5..@t=1s..2s").sites == [.arrival])
        let cut = try parse("agent<->llm: partition ~50% @t=500ms..1.5s @3..")
        #expect(cut.window == FaultWindow(from: .milliseconds(500), to: .milliseconds(1500)))
        #expect(cut.occurrences == 3...UInt64.max)
        #expect(cut.probability == Ratio(500_000, in: 1_000_000))
        #expect(cut.sites == [.delivery, .connection])
        #expect(try parse("llm /v1beta/models/some:generateContent: http-429").pattern.form == .route)
    }

    @Test func everyExampleIsOne() throws {
        for kind in FaultCatalogue.kinds {
            let fault = try parse(kind.example)
            #expect(fault.name == kind.name)
            #expect(!kind.outcomes.isEmpty && !kind.sites.isEmpty)
        }
    }

    @Test(
        arguments: [
            ("", "This is no fault."), ("reset", "This is no fault."), ("agent->llm", "This is no fault."),
            ("agent->llm:", "This is no fault."), ("agent->llm: @2", "This is no fault."),
            ("agent llm: reset", "'agent llm' is no place for a fault."),
            ("agent=>llm: reset", "'agent=>llm' is no link."), (": reset", "The place of the fault is missing."),
            ("agnt->llm: reset", "No service is named 'agnt'. Did you mean 'agent'?"),
            ("agent->lm: reset", "No service is named 'lm'. Did you mean 'llm'?"),
            ("->llm: reset", "No service is named ''."), ("agent->: reset", "No service is named ''."),
            ("agent->llm->auth: reset", "No service is named 'llm->auth'."),
            ("agent->llm: rest", "No fault is named 'rest'. Did you mean 'reset'?"),
            ("agent->llm: latncy(mean=2s)", "No fault is named 'latncy'. Did you mean 'latency'?"),
            ("agent->llm: crush", "No fault is named 'crush'. Did you mean 'crash'?"),
            ("agent->llm: crash", "'crash' does not happen at 'agent->llm': its place is a service"),
            ("agent: reset", "'reset' does not happen at 'agent': its place is a link"),
            ("llm: http-429", "'http-429' does not happen at 'llm': its place is a route of a service"),
            ("/v1/models: http-429", "The service of '/v1/models' is missing."),
            ("agent<-llm /v1: http-429", "A route is asked by a caller"),
            ("llm PSOT /v1: http-429", "No method is named 'PSOT'. Did you mean 'POST'?"),
            ("llm /a b: http-429", "'/a b' is no path"),
            ("auth sql upsert: statement-error", "No kind of statement is named 'upsert'. Did you mean 'insert'?"),
            ("auth cache GET: cache-evict", "'GET' is no command"),
            ("auth sql: statement-error(state=40002)", "No value of 'state' is named '40002'. Did you mean '40001'?"),
            ("llm /v1: llm-cut(after=-1)", "'-1' is no 'after': write a whole number of at least 0."),
            ("llm /v1: http-503(served=perhaps)", "'perhaps' is no 'served': write true or false."),
            ("agent: crash@t=", "'@t=' is no time"), ("agent: crash@t=5s..2s", "'@t=5s..2s' is no time"),
            ("agent: crash@t=2", "'@t=2' is no time"), ("agent->llm: reset@2@3", "'@3' says again"),
            ("agent->llm: reset~5%~6%", "'~6%' says again"), ("agent: crash@t=1s@t=2s", "'@t=2s' says again"),
            ("agent->llm: latency(mean=1s)x", "'x' has no meaning behind a ')'"),
            ("agent-0->llm: reset", "No service is named 'agent-0'."),
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
