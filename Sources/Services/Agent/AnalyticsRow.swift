// The row that an event leaves in the analytics, in the columns of the product's own table.

import Kernel
import ServiceKit
import Wire

/// The row of an event in the table `agent_events`.
enum AnalyticsRow {
    /// The row as JSONEachRow takes it. A run is the trace, its thread the correlation.
    static func json(of event: RunEvent, in order: RunOrder) -> JSONValue {
        let time = JSONValue.string(timestamp(event.time))
        var row: JSONValue = [
            "event_id": .string(event.id(in: order)), "trace_id": .string(order.runID),
            "execution_id": .string(order.runID), "correlation_id": .string(order.threadID),
            "session_id": .string(order.threadID), "user_id": .string(order.userID),
            "event_type": .string(type(of: event.kind)), "event_name": .string(event.kind.rawValue),
            "event_category": "agent", "event_payload": .string(JSONValue.object(event.data).text),
            "timestamp": time, "created_at": time, "sequence_number": JSONValue(event.index),
            "metadata": .string((["agent_name": .string(event.agent)] as JSONValue).text),
        ]
        if let tool = event.data["tool_name"] { row["tool_name"] = tool }
        if let input = event.data["parameters"] { row["tool_input"] = .string(input.text) }
        if let duration = event.data["execution_time_ms"] { row["duration_ms"] = duration }
        if event.kind == .toolCompleted, let output = event.data["result"] { row["tool_output"] = .string(output.text) }
        return row
    }

    /// The column `event_type` is an Enum8 that lacks some of the kinds; `event_name` has them all.
    private static func type(of kind: RunEvent.Kind) -> String {
        switch kind {
        case .responseChunk, .progress: "custom"
        case .error: "error_occurred"
        default: kind.rawValue
        }
    }

    /// A time as ClickHouse reads a DateTime64(3): `2026-01-01 00:00:00.000`, in UTC.
    private static func timestamp(_ time: Instant) -> String {
        time.text(between: " ")
    }
}
