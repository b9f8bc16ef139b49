// Every event has the fields that its kind must have, with values of the right type.

import Clients
import Wire

/// Checks the payload of events.
enum EventPayloadChecker {
    private enum Field { case text, number, object, any }

    private static func fields(_ kind: AgentEventKind) -> [(String, Field)] {
        switch kind {
        case .started: [("agent_id", .text), ("agent_type", .text), ("run_id", .text), ("status", .text), ("message", .text)]
        case .thinking: [("reasoning", .text), ("thought", .text), ("step_number", .number), ("status", .text)]
        case .toolExecuting: [("tool_name", .text), ("parameters", .object), ("status", .text)]
        case .toolCompleted: [("tool_name", .text), ("result", .any), ("execution_time_ms", .number), ("status", .text)]
        case .responseChunk: [("content", .text), ("index", .number)]
        case .completed: [("status", .text), ("result", .any), ("execution_time_ms", .number)]
        case .error: [("status", .text), ("error_message", .text)]
        }
    }

    /// What is wrong with the payloads; empty if nothing is.
    static func check(_ events: [AgentEvent]) -> [String] {
        events.flatMap { event in
            fields(event.kind).compactMap { name, type in
                guard let value = event.data[name] else { return "\(event.kind.rawValue) has no data.\(name)" }
                return matches(value, type) ? nil : "\(event.kind.rawValue) has a data.\(name) of the wrong type: \(value.text)"
            }
        }
    }

    private static func matches(_ value: JSONValue, _ type: Field) -> Bool {
        switch type {
        case .text: value.string != nil
        case .number: value.double != nil
        case .object: value.object != nil
        case .any: true
        }
    }
}
