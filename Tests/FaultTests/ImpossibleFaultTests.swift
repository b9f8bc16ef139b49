// What can never be true together is refused, with what to write instead; plans in files say in which line.

import Faults
import Fixtures
import Testing

private let endpoints = ["auth", "llm", "analytics", "events", "agent", "client"]

@Suite struct ImpossibleFaultTests {
    @Test(
        arguments: [
            ("*<->*: swizzle", "'swizzle' needs a beginning and an end: write @t=FROM..TO"),
            ("*<->*: swizzle@t=1s", "'swizzle' needs a beginning and an end"),
            ("*<->*: swizzle@t=1s..6s@3", "'swizzle' goes by its time alone"),
            ("*<->*: swizzle@t=1s..6s~50%", "'swizzle' goes by its time alone"),
            ("*<->*: swizzle(share=101)@t=1s..6s", "'101' is no 'share': write a whole number of at most 100."),
            ("agent<->llm: partition@t=1s..1s", "The time ends when it begins"),
            ("agent->llm: latency(distribution=pareto, jitter=1ms)", "A delay that is 'pareto' has a mean and no 'jitter'."),
            ("agent->llm: latency(distribution=gauss)", "No value of 'distribution' is named 'gauss'."),
            ("agent->llm: bandwidth(rate=64)", "'64' is no 'rate'"), ("agent->llm: bandwidth(rate=0B/s)", "'0B/s' is no 'rate'"),
            ("agent->llm: rechunk(size=0)", "'0' is no 'size'"), ("llm: key-rotation", "Only 'auth' has keys."),
            ("auth cache get: cache-error(kind=oom)", "'get' is never refused so"),
            ("auth cache del: cache-error(kind=oom)", "'del' is never refused so"),
            ("auth sql select: disk-full", "'select' needs no room on the disk."),
            ("agent sql insert: commit-lost", "'commit-lost' does not happen at 'agent sql insert'. It is about commits"),
            (
                "agent sql commit: statement-error",
                "'statement-error' does not happen at 'agent sql commit'. It is about statements"
            ),
            ("agent insert: insert-late", "Rows are inserted into 'analytics'."),
            ("client<-events: ws-close(code=1005)", "No value of 'code' is named '1005'."),
            ("agent: clock-skew(by=0s)", "'0s' is no change of 'by'"),
            ("agent: tool-refused", "'tool-refused' does not happen at 'agent'"),
            ("agent tol search: tool-refused", "'agent tol search' is no place for a fault."),
        ])
    func refused(text: String, begins: String) {
        let thrown = #expect(throws: InputError.self) { try FaultExpression.parse(text, endpoints: endpoints) }
        #expect(thrown?.message.hasPrefix(begins) ?? false, "\(thrown?.message ?? "it was taken")")
    }

    @Test(
        arguments: [
            "auth cache set: cache-error(kind=oom)", "auth cache del: cache-error(kind=failover)", "auth cache get: cache-error",
            "auth sql update: disk-full@t=1s..2s", "agent: crash@t=1s..1s", "* sql: commit-lost", "*: key-rotation@3",
            "agent->llm: latency(distribution=normal, jitter=1ms)", "agent: pause@t=2s", "agent: clock-skew(by=-1.5s)@5",
        ])
    func possible(text: String) throws {
        #expect(try FaultExpression.parse(text, endpoints: endpoints).text == text)
    }

    @Test(
        arguments: [
            (
                "faults:\n  - fault: swizzle\n    where: {link: '*<->*'}\n    when: {occurrences: 3}",
                "p.yaml:3: 'swizzle' needs a beginning and an end"
            ),
            ("faults:\n  - fault: key-rotation\n    where: {service: agent}", "p.yaml:3: Only 'auth' has keys."),
            (
                "faults:\n  - fault: cache-error\n    where: {service: auth, store: cache, operation: get}\n    parameters:\n      kind: oom",
                "p.yaml:5: 'get' is never refused so"
            ),
            (
                "faults:\n  - fault: event-loss\n    where:\n      link: client<-events\n      evnt: chat",
                "p.yaml:5: No field is named 'evnt'. Did you mean 'event'?"
            ),
            (
                "faults:\n  - fault: event-los\n    where: {link: a->b}",
                "p.yaml:2: No fault is named 'event-los'. Did you mean 'event-loss'?"
            ),
        ])
    func filesSayWhere(text: String, error: String) {
        let thrown = #expect(throws: InputError.self) { try FaultFile.parse(text, endpoints: endpoints, name: "p.yaml") }
        #expect(thrown?.description.hasPrefix(error) ?? false, "\(thrown?.description ?? "nothing")")
    }
}
