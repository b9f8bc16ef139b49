// tool-refused: a tool denies what an agent asks of it.

public import Kernel

/// Has a tool deny a call: it takes its time, does nothing, and says so. A model is told; a step of a script fails its run.
public struct ToolRefused: Rule {
    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .refuse(.denied) }

    static let kind = FaultKind(
        name: "tool-refused", summary: "Has a tool deny an agent's call; each tool is counted for itself.", sites: [.tool],
        outcomes: [.refused], example: "agent tool cost_report: tool-refused@1",
        swarm: { "agent tool: tool-refused~\($0.percent(5, 40))" }
    ) { _ in ToolRefused() }
}
