// The events of a run come in their order: started, thinking, tools in pairs, completed, and nothing after.

import Clients
import Wire

/// Checks the order of the events of one run.
enum EventOrderChecker {
    /// What is wrong with the order; empty if nothing is.
    static func check(_ events: [AgentEvent]) -> [String] {
        var problems: [String] = []
        let kinds = events.map(\.kind)
        for kind in [AgentEventKind.started, .thinking, .toolExecuting, .toolCompleted, .completed]
        where !kinds.contains(kind) {
            problems.append("no \(kind.rawValue) came")
        }
        if let first = kinds.first, first != .started {
            problems.append("the first event is \(first.rawValue), expected agent_started")
        }
        if let last = kinds.last, last != .completed {
            problems.append("the last event is \(last.rawValue), expected agent_completed")
        }
        for kind in [AgentEventKind.started, .completed] where kinds.count(where: { $0 == kind }) > 1 {
            problems.append("\(kind.rawValue) came \(kinds.count(where: { $0 == kind })) times")
        }
        return problems + pairs(events) + sequence(events)
    }

    /// Every tool_executing is followed by its tool_completed before the next tool begins.
    private static func pairs(_ events: [AgentEvent]) -> [String] {
        var problems: [String] = []
        var underWay: String?
        for event in events {
            let tool = event.data["tool_name"]?.string ?? "a tool without a name"
            switch event.kind {
            case .toolExecuting:
                if let underWay { problems.append("\(tool) began before \(underWay) was completed") }
                underWay = tool
            case .toolCompleted:
                if underWay != tool { problems.append("\(tool) was completed without having begun") }
                underWay = nil
            default: break
            }
        }
        if let underWay { problems.append("\(underWay) began and was never completed") }
        return problems
    }

    /// The user's sequence numbers grow by one.
    private static func sequence(_ events: [AgentEvent]) -> [String] {
        zip(events, events.dropFirst()).compactMap { earlier, later in
            later.sequence == earlier.sequence + 1
                ? nil : "event \(later.sequence) (\(later.kind.rawValue)) came after event \(earlier.sequence)"
        }
    }
}
