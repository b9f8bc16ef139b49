// What the service says of itself on a WebSocket: the envelope, and the frames that go in it.

import Kernel
import Wire

/// The texts of the frames that are not agent events.
enum ServerFrame {
    /// The five events that make a run worth its name, in the order of their first coming.
    static let goldenPathEvents: JSONValue = [
        "agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed",
    ]

    /// The envelope `{type, data, timestamp, server_id, correlation_id}`; the timestamp in seconds since the epoch.
    static func envelope(_ type: String, _ data: JSONValue, at now: Instant, answering messageID: String? = nil) -> String {
        let frame: JSONValue = [
            "type": .string(type), "data": data, "timestamp": timestamp(now), "server_id": nil,
            "correlation_id": JSONValue(messageID),
        ]
        return frame.text
    }

    /// Seconds since the epoch, with milliseconds.
    static func timestamp(_ now: Instant) -> JSONValue { .number(Double(now.milliseconds) / 1000) }

    /// `connection_established`, always the first frame. Names the user in full, so that a client can check it.
    static func established(connection: String, userID: String, at now: Instant) -> String {
        envelope(
            "connection_established",
            [
                "mode": "main", "user_id": .string(userID), "connection_id": .string(connection),
                "golden_path_events": goldenPathEvents,
                "features": [
                    "full_business_logic": true, "golden_path_integration": true, "agent_orchestration": true,
                    "cloud_run_optimized": false, "emergency_fallback": false,
                ],
                "timestamp": .string(now.description),
            ], at: now)
    }

    /// `heartbeat`, sent after silence.
    static func heartbeat(connection: String, messages: Int, events: Int, at now: Instant) -> String {
        envelope(
            "heartbeat",
            [
                "connection_id": .string(connection), "timestamp": .string(now.description),
                "stats": ["messages_processed": JSONValue(messages), "agent_events_processed": JSONValue(events)],
            ], at: now)
    }

    /// `agent_task_ack`: the agent has the message and a run has begun.
    static func accepted(_ handOver: HandOver, run: String, thread: String, userID: String, at now: Instant) -> String {
        envelope(
            "agent_task_ack",
            [
                "status": "accepted", "message_id": JSONValue(handOver.messageID), "run_id": .string(run),
                "thread_id": .string(thread), "user_id": .string(userID), "timestamp": .string(now.description),
            ], at: now, answering: handOver.messageID)
    }

    /// `error_message`: one shape for all errors.
    static func error(
        _ code: ErrorCode, _ message: String, details: JSONValue = [:], suggestions: [String] = [], at now: Instant,
        answering messageID: String? = nil
    ) -> String {
        envelope(
            "error_message",
            [
                "error_code": .string(code.rawValue), "error_message": .string(message), "details": details,
                "recovery_suggestions": .array(suggestions.map(JSONValue.string)),
            ], at: now, answering: messageID)
    }

    /// The codes of `error_message`.
    enum ErrorCode: String {
        /// The message is no JSON object.
        case parse = "JSON_PARSE_ERROR"
        /// The token is not accepted any more.
        case authentication = "AUTH_FAILED"
        /// The agent did not take the message.
        case agentRequest = "AGENT_REQUEST_ERROR"
    }
}
