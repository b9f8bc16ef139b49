// llm-cut: a stream of events ends in the middle.

public import Kernel

/// Cuts a stream of server-sent events after so many: the connection ends without the end of the response.
public struct LLMCut: Rule {
    let after: Int

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .cut(after: after) }

    static let kind = FaultKind(
        name: "llm-cut", summary: "Cuts a stream of server-sent events, such as a model's tokens, after so many.",
        sites: [.stream],
        parameters: [.init(name: "after", unit: "count", fallback: "3", summary: "how many events the reader still gets")],
        outcomes: [.partial], example: "llm POST /v1/chat/completions: llm-cut(after=5)@1",
        swarm: { "llm /**: llm-cut(after=\($0.number(0, 12)))~\($0.percent(2, 25))" }
    ) { LLMCut(after: try $0.count("after", from: 0)) }
}
