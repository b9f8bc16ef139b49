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

    /// `connection_established`, always the first frame. Names the user in full, so that a client can check it, and the
    /// number of the user's newest event.
    static func established(connection: String, userID: String, newest: Int, at now: Instant) -> String {
        envelope(
            "connection_established",
            [
                "mode": "main", "user_id": .string(userID), "connection_id": .string(connection),
                "last_sequence": JSONValue(newest), "golden_path_events": goldenPathEvents,
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

    /// `events_lost`: these events of the user came and are not kept any more.
    static func lost(_ range: ClosedRange<Int>, _ limits: EventsLimits, at now: Instant) -> String {
        envelope(
            "events_lost",
            [
                "from_sequence": JSONValue(range.lowerBound), "to_sequence": JSONValue(range.upperBound),
                "count": JSONValue(range.count),
                "reason": .string(
                    "The last \(limits.eventsKept) events are kept, for \(Int(limits.eventAge.milliseconds / 1000)) s."),
                "recovery_suggestions": ["Load the thread again."],
            ], at: now)
    }

    /// `resume_ack`: how many events follow.
    static func resumed(after last: Int, newest: Int, count: Int, at now: Instant, answering messageID: String?) -> String {
        envelope(
            "resume_ack",
            [
                "status": "resumed", "last_sequence": JSONValue(last), "newest_sequence": JSONValue(newest),
                "replayed": JSONValue(count), "timestamp": .string(now.description),
            ], at: now, answering: messageID)
    }

    /// `agent_status_update`: how far a run has come, as the agent says.
    static func status(_ status: JSONValue, at now: Instant, answering messageID: String?) -> String {
        envelope("agent_status_update", status, at: now, answering: messageID)
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
        /// The message is JSON, but not what its type demands.
        case message = "INVALID_MESSAGE"
        /// The user has sent too many messages within a minute.
        case rate = "RATE_LIMITED"
        /// The connection cannot be kept.
        case connection = "CONNECTION_ERROR"
        /// The client cannot go on from where it says.
        case resume = "RESUME_ERROR"
    }
}
