// Decision lists: written and read again unchanged, errors with their place, and runs that are driven by them alone.

import Faults
import Fixtures
import Kernel
import Testing
import Wire

@Suite struct DecisionListTests {
    private static let verdicts: [(FaultSite, String, Verdict)] = [
        (.delivery, "latency", .delay(.nanoseconds(123_456_789))), (.connection, "partition", .delay(.seconds(2))),
        (.delivery, "drop", .drop), (.delivery, "reset", .reset),
        (.delivery, "bandwidth", .transmit(.milliseconds(7))),
        (.delivery, "rechunk", .rechunk(size: 3, gap: .microseconds(100))), (.delivery, "clog", .clog(.seconds(2))),
        (.ending, "half-open", .drop),
        (.message, "event-duplicate", .duplicate(after: .zero)), (.message, "event-loss", .lose),
        (.message, "event-reorder", .hold(behind: 2, atMost: .seconds(1))), (.message, "ws-close", .close(code: 1012)),
        (.response, "truncate", .truncate(after: 20)), (.stream, "stream-stall", .stall(after: 3, time: .seconds(30))),
        (.toolCall, "tool-arguments-broken", .breakArguments), (.tool, "tool-refused", .refuse(.denied)),
        (.token, "token-forged", .forge), (.commit, "commit-lost", .loseReply(state: "08006")),
        (.cache, "cache-error", .refuse(.oom)), (.insert, "too-many-parts", .refuse(.tooManyParts)),
        (.insert, "insert-late", .delay(.seconds(5))), (.start, "slow-start", .pause(time: .seconds(3), at: nil)),
        (.arrival, "pause", .pause(time: .seconds(3), at: nil)),
        (.appointment, "pause", .pause(time: .seconds(3), at: .seconds(1))), (.arrival, "key-rotation", .rotateKeys(at: nil)),
        (.appointment, "clock-skew", .skew(by: .seconds(-2), at: .zero)),
        (.request, "http-429", .answer(status: 429, retryAfter: .seconds(1), served: false)),
        (.request, "http-503", .answer(status: 503, retryAfter: nil, served: true)),
        (.stream, "llm-cut", .cut(after: 0)), (.token, "token-expiry", .expire),
        (.statement, "statement-error", .fail(state: "40P01")), (.cache, "cache-evict", .evict(keys: "session:*")),
        (.arrival, "crash", .crash(down: .seconds(1), at: nil)),
        (.appointment, "crash", .crash(down: .seconds(1), at: .milliseconds(2500))),
    ]

    private static let list = DecisionList(
        verdicts.enumerated().map { index, item in
            FaultDecision(site: item.0, actor: "a\"\(index)", occurrence: UInt64(index + 1), fault: item.1, verdict: item.2)
        })

    @Test func whatIsWrittenIsRead() throws {
        #expect(try DecisionList(text: Self.list.text, name: "list.json") == Self.list)
        #expect(try DecisionList(text: DecisionList([]).text, name: "list.json").decisions.isEmpty)
        #expect(Self.list.text.contains("\"version\":1"))
        // A failure file has more members.
        let failure = "{\"case\":\"e2e/golden-path\",\"seed\":7," + DecisionList([]).text.dropFirst()
        #expect(try DecisionList(text: failure, name: "failure.json").decisions.isEmpty)
    }

    @Test func theOrderIsWrittenAndReadToo() throws {
        let departures = [
            Departure(task: .max, name: "agent", step: 0, rank: 0), Departure(task: 1, name: "a#b", step: 41, rank: .max),
        ]
        for order in [ScheduleOrder.listed(departures), .listed([]), .seeded] {
            let list = DecisionList(Self.list.decisions, order: order)
            #expect(try DecisionList(text: list.text, name: "list.json") == list)
            #expect(list.count == Self.list.decisions.count + order.departures.count)
        }
    }

    @Test(arguments: [
        ("\"order\":\"sorted\",\"decisions\":[]", "list.json, order: "),
        ("\"decisions\":[{\"site\":\"schedule\"}]", "decisions[0]: A departure from first-in-first-out means nothing"),
        ("\"order\":\"listed\",\"decisions\":[{\"site\":\"schedule\",\"actor\":\"a\"}]", "actor: A task is expected here"),
        (
            "\"order\":\"listed\",\"decisions\":[{\"site\":\"schedule\",\"actor\":\"a#1\",\"occurrence\":1,\"parameters\":{\"do\":\"order\"}}]",
            "parameters: The place of a step is expected here"
        ),
    ])
    func departuresThatMeanNothingAreRefused(members: String, error: String) {
        let thrown = #expect(throws: InputError.self) {
            try DecisionList(text: "{\"version\":1,\(members)}", name: "list.json")
        }
        #expect(thrown.map { "\($0)".contains(error) } == true, "\(String(describing: thrown))")
    }

    @Test func verdictsAreTakenAgain() throws {
        let injector = FaultInjector(FaultPlan(repeating: Self.list), chance: Chance(seed: 99))
        let link = LinkName(from: .client("user-1"), to: .service("agent"))
        #expect(injector.judge(FaultEvent(.link(.delivery, link, .forth), occurrence: 1)) == .pass)
        let decision = FaultDecision(
            site: .delivery, actor: "user-1->agent->", occurrence: 3, fault: "drop", verdict: .drop)
        let other = FaultInjector(FaultPlan(repeating: DecisionList([decision])), chance: Chance(seed: 99))
        let verdicts = (1...5).map { other.judge(FaultEvent(.link(.delivery, link, .forth), occurrence: $0)) }
        #expect(verdicts == [.pass, .pass, .drop, .pass, .pass])
        #expect(other.decisions == [decision])
        #expect(!other.watches(.message))
    }

    @Test func listsRepeatWhatChanceDecided() throws {
        let lines = [
            "client<->*: latency(mean=50ms, jitter=40ms)~25%", "* /**: http-503~30%", "* sql: statement-error~20%",
            "*: crash~10%",
        ]
        let planned = try lines.map { try FaultExpression.parse($0, endpoints: ["client", "agent"]) }
        for seed in 1...50 as ClosedRange<UInt64> {
            let chance = Chance(seed: seed)
            let first = FaultInjector(FaultPlan(planned), chance: chance)
            let verdicts = Self.events.map(first.judge)
            #expect(!first.decisions.isEmpty)
            let written = try DecisionList(text: DecisionList(first.decisions).text, name: "list.json")
            // Under any seed: chance is not asked.
            let second = FaultInjector(FaultPlan(repeating: written), chance: Chance(seed: seed + 1000))
            #expect(Self.events.map(second.judge) == verdicts)
            #expect(second.decisions == first.decisions)
        }
    }

    private static let events: [FaultPlace] = (0..<200).map { index in
        let link = LinkName(from: .client("user-\(index % 3)"), to: .service("agent"))
        return switch index % 4 {
        case 0: .link(.delivery, link, index % 8 == 0 ? .forth : .back)
        case 1: .route(.request, RequestName(link: link, method: "GET", route: "/", path: "/"))
        case 2: .store(.statement, .service("agent"), operation: "select")
        default: .process(.arrival, .service("agent"))
        }
    }

    @Test(
        arguments: [
            ("", "list.json:1: This is no decision list: it is not JSON"),
            ("{\n\"version\": 1,\n\"decisions\": [}", "list.json:3: This is no decision list: it is not JSON"),
            ("[]", "list.json: This is no decision list: it has no whole number 'version'."),
            ("{\"version\":2,\"decisions\":[]}", "list.json, version: This decision list has version 2"),
            ("{\"version\":1}", "list.json: This is no decision list: it has no array 'decisions'."),
            ("{\"version\":1,\"decisions\":[7]}", "list.json, decisions[0]: A decision is an object."),
        ])
    func whatIsNoList(text: String, error: String) { expect(text, error) }

    @Test(
        arguments: [
            ("\"sit\":\"delivery\"", "list.json, decisions[0]: No member of a decision is named 'sit'. Did you mean 'site'?"),
            ("\"site\":\"delivry\"", "list.json, decisions[0].site: No site is named 'delivry'. Did you mean 'delivery'?"),
            ("\"site\":\"delivery\"", "list.json, decisions[0].occurrence: A whole number"),
            ("\"site\":\"delivery\",\"occurrence\":0", "list.json, decisions[0].occurrence: A whole number"),
            ("\"site\":\"delivery\",\"occurrence\":1", "list.json, decisions[0].fault: A text is expected"),
            (
                "\"site\":\"delivery\",\"occurrence\":1,\"fault\":\"drip\"",
                "list.json, decisions[0].fault: No fault is named 'drip'."
            ),
            (
                "\"site\":\"delivery\",\"occurrence\":1,\"fault\":\"drop\"",
                "list.json, decisions[0].parameters: This says nothing"
            ),
            (
                "\"site\":\"delivery\",\"occurrence\":1,\"fault\":\"drop\",\"parameters\":{\"do\":\"delay\",\"ns\":-1}",
                "list.json, decisions[0].parameters: This says nothing"
            ),
            (
                "\"site\":\"delivery\",\"occurrence\":1,\"fault\":\"drop\",\"parameters\":{\"do\":\"expire\"}",
                "list.json, decisions[0].parameters: 'expire' cannot be done at the site 'delivery'."
            ),
            (
                "\"site\":\"delivery\",\"occurrence\":1,\"fault\":\"drop\",\"parameters\":{\"do\":\"drop\"}",
                "list.json, decisions[0].actor: A text is expected"
            ),
        ])
    func whatIsNoDecision(members: String, error: String) {
        expect("{\"version\":1,\"decisions\":[{\(members)}]}", error)
    }

    @Test func noDecisionTwice() {
        let one = "{\"site\":\"delivery\",\"actor\":\"a\",\"occurrence\":1,\"fault\":\"drop\",\"parameters\":{\"do\":\"drop\"}}"
        expect("{\"version\":1,\"decisions\":[\(one),\(one)]}", "list.json, decisions[1]: Another decision before has the same")
    }

    @Test(
        arguments: [
            ("delivery", "{\"do\":\"rechunk\",\"size\":0,\"gap_ns\":0}"), ("delivery", "{\"do\":\"transmit\",\"ns\":-1}"),
            ("message", "{\"do\":\"close\",\"code\":1005}"), ("message", "{\"do\":\"hold\",\"behind\":0,\"at_most_ns\":1}"),
            ("response", "{\"do\":\"truncate\",\"after\":-1}"), ("cache", "{\"do\":\"refuse\",\"reason\":\"mood\"}"),
            ("statement", "{\"do\":\"fail\",\"state\":\"4000\"}"), ("statement", "{\"do\":\"fail\",\"state\":\"4000x\"}"),
            ("appointment", "{\"do\":\"pause\",\"ns\":1,\"at_ns\":-1}"), ("appointment", "{\"do\":\"skew\",\"at_ns\":1}"),
        ])
    func nonsenseIsNoVerdict(site: String, parameters: String) {
        expect(
            "{\"version\":1,\"decisions\":[{\"site\":\"\(site)\",\"actor\":\"a\",\"occurrence\":1,\"fault\":\"drop\",\"parameters\":\(parameters)}]}",
            "list.json, decisions[0].parameters: This says nothing that can be done")
    }

    @Test(
        arguments: [
            ("tool", "{\"do\":\"refuse\",\"reason\":\"oom\"}"), ("message", "{\"do\":\"clog\",\"ns\":1}"),
            ("ending", "{\"do\":\"delay\",\"ns\":1}"), ("start", "{\"do\":\"pause\",\"ns\":1,\"at_ns\":1}"),
            ("arrival", "{\"do\":\"rotate-keys\",\"at_ns\":1}"), ("statement", "{\"do\":\"lose-reply\",\"state\":\"08006\"}"),
        ])
    func verdictsHaveTheirSites(site: String, parameters: String) throws {
        let thrown = #expect(throws: InputError.self) {
            try DecisionList(
                text:
                    "{\"version\":1,\"decisions\":[{\"site\":\"\(site)\",\"actor\":\"a\",\"occurrence\":1,\"fault\":\"drop\",\"parameters\":\(parameters)}]}",
                name: "list.json")
        }
        #expect(thrown?.message.contains("cannot be done at the site '\(site)'") ?? false, "\(thrown?.description ?? "")")
    }

    private func expect(_ text: String, _ error: String) {
        let thrown = #expect(throws: InputError.self) { try DecisionList(text: text, name: "list.json") }
        #expect(thrown?.description.hasPrefix(error) ?? false, "\(thrown?.description ?? "nothing")")
    }
}
