// Plans in YAML: every form of an item, and errors with file and line.

import Faults
import Fixtures
import Kernel
import Testing

private let endpoints = ["auth", "llm", "analytics", "events", "agent", "client"]

@Suite struct FaultFileTests {
    @Test func itemsAreFaults() throws {
        let plan = try FaultFile.parse(
            """
            description: a rough day
            faults:
              - fault: http-503
                where: {service: llm, route: POST /v1/chat/completions, caller: agent}
                when: {occurrences: 2..5, time: 1s..10s, probability: 50%}
                parameters: {retry-after: 1s}
              - "agent->llm: reset@2"
              - fault: latency
                where: {link: client<->agent}
                parameters: {mean: 20ms}
              - fault: statement-error
                where: {service: auth, store: sql, operation: insert}
                when: {occurrences: 3}
              - fault: cache-evict
                where: {service: auth, store: cache}
              - fault: crash
                where: {service: agent}
                when: {time: 2s}
              - fault: token-expiry
                where: {service: agent, route: /api/**, user: user-3}
            """, endpoints: endpoints, name: "rough.yaml")
        let lines = [
            "agent->llm POST /v1/chat/completions: http-503(retry-after=1s)@2..5@t=1s..10s~50.0%", "agent->llm: reset@2",
            "client<->agent: latency(mean=20ms)", "auth sql insert: statement-error@3", "auth cache: cache-evict",
            "agent: crash@t=2s", "user-3->agent /api/**: token-expiry",
        ]
        #expect(plan.faults.map(\.text) == lines)
        // What a plan says in many lines it can say in one.
        for (line, fault) in zip(lines, plan.faults) {
            let same = try FaultExpression.parse(line, endpoints: endpoints)
            #expect(same.pattern == fault.pattern && same.occurrences == fault.occurrences)
            #expect(same.window == fault.window && same.probability == fault.probability && same.sites == fault.sites)
        }
    }

    @Test(
        arguments: [
            ("faults: 3", "p.yaml:1: A list is expected here."),
            ("fault: []", "p.yaml:1: No field is named 'fault'. Did you mean 'faults'?"),
            ("faults:\n  - drop", "p.yaml:2: This is no fault."),
            ("faults:\n  - fault: drop", "p.yaml:2: The field 'where' is missing here."),
            ("faults:\n  - fault: drup\n    where: {link: a->b}", "p.yaml:2: No fault is named 'drup'. Did you mean 'drop'?"),
            (
                "faults:\n  - fault: drop\n    where:\n      link: agnt->llm",
                "p.yaml:4: No service is named 'agnt'. Did you mean 'agent'?"
            ),
            (
                "faults:\n  - fault: drop\n    where: {link: agent->llm}\n    when:\n      occurences: 2",
                "p.yaml:5: No field is named 'occurences'. Did you mean 'occurrences'?"
            ),
            (
                "faults:\n  - fault: drop\n    where: {link: agent->llm}\n    when:\n      time: soon",
                "p.yaml:5: '@t=soon' is no time"
            ),
            (
                "faults:\n  - fault: latency\n    where: {link: agent->llm}\n    parameters:\n      maen: 2s",
                "p.yaml:5: No parameter of 'latency' is named 'maen'. Did you mean 'mean'?"
            ),
            ("faults:\n  - fault: drop\n    where: {service: agent}", "p.yaml:3: 'drop' does not happen at 'agent'"),
            ("faults:\n  - fault: http-429\n    where: {route: /v1}", "p.yaml:3: The field 'service' is missing here."),
            (
                "faults:\n  - fault: crash\n    where: {service: agent, user: user-1}",
                "p.yaml:3: A 'caller' or 'user' asks a route"
            ),
            ("faults:\n  - fault: crash\n    where: {service: agent, store: disk}", "p.yaml:3: No store is named 'disk'."),
        ])
    func errorsHaveTheirPlace(text: String, error: String) {
        let thrown = #expect(throws: InputError.self) { try FaultFile.parse(text, endpoints: endpoints, name: "p.yaml") }
        #expect(thrown?.description.hasPrefix(error) ?? false, "\(thrown?.description ?? "nothing")")
    }
}
