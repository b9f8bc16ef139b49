// tool-arguments-broken: a model calls a tool with arguments that are no JSON.

public import Kernel

/// Breaks the arguments of the first call of a tool in a model's response: they are no JSON any more, as models at times
/// write them. Responses without calls are not counted.
public struct ToolArgumentsBroken: Rule {
    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .breakArguments }

    static let kind = FaultKind(
        name: "tool-arguments-broken", summary: "Has a model call a tool with arguments that are no well-formed JSON.",
        sites: [.toolCall], outcomes: [.refused],
        example: "llm POST /v1/chat/completions: tool-arguments-broken@1",
        swarm: { "llm /**: tool-arguments-broken~\($0.percent(10, 60))" }
    ) { _ in ToolArgumentsBroken() }
}
