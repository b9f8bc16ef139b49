// What comes over the events service's WebSocket, as values: agent events, and what the service says itself.

public import Wire

/// The kinds of agent events.
public enum AgentEventKind: String, Sendable, CaseIterable {
    case started = "agent_started"
    case thinking = "agent_thinking"
    case toolExecuting = "tool_executing"
    case toolCompleted = "tool_completed"
    case responseChunk = "agent_response_chunk"
    case completed = "agent_completed"
    case error = "agent_error"
    /// A stage of a workflow has begun or ended.
    case progress = "progress_update"
}

/// An event of a run.
public struct AgentEvent: Sendable, Equatable {
    /// What happened.
    public let kind: AgentEventKind
    /// The run's id.
    public let runID: String
    /// The user it is for.
    public let userID: String
    /// The thread the run belongs to.
    public let threadID: String
    /// The agent.
    public let agentName: String
    /// When it happened, ISO 8601.
    public let timestamp: String
    /// Its place among all events of the user, from 1.
    public let sequence: Int
    /// Whether it waited for this connection.
    public let isRecovered: Bool
    /// The fields of its kind.
    public let data: JSONValue
    /// The whole event as it came.
    public let json: JSONValue

    init?(_ json: JSONValue) {
        guard let kind = json["type"]?.string.flatMap(AgentEventKind.init), let run = json["run_id"]?.string,
            let user = json["user_id"]?.string, let thread = json["thread_id"]?.string,
            let agent = json["agent_name"]?.string, let timestamp = json["timestamp"]?.string,
            let sequence = json["sequence"]?.integer, let data = json["data"], data.object != nil
        else { return nil }
        self.kind = kind
        runID = run
        userID = user
        threadID = thread
        agentName = agent
        self.timestamp = timestamp
        self.sequence = sequence
        isRecovered = json["recovered"]?.bool ?? false
        self.data = data
        self.json = json
    }
}

/// A frame of the service itself: an answer, a heartbeat, an error.
public struct ServerMessage: Sendable, Equatable {
    /// Its type, such as `pong`; of a JSON-RPC response `jsonrpc_response`.
    public let type: String
    /// Its data; of the flat `ack` and of a JSON-RPC response the whole frame.
    public let data: JSONValue
    /// The `message_id` of the message that it answers, if it had one.
    public let correlationID: String?

    /// The numbers of the events that are gone, if this is `events_lost`.
    public var lostEvents: ClosedRange<Int>? {
        guard type == "events_lost", let from = data["from_sequence"]?.integer, let to = data["to_sequence"]?.integer, from <= to
        else { return nil }
        return from...to
    }

    /// The code of an `error_message`.
    public var errorCode: String? { type == "error_message" ? data["error_code"]?.string : nil }
}

/// Anything that comes over the WebSocket.
public enum EventFrame: Sendable, Equatable {
    case event(AgentEvent)
    case message(ServerMessage)
    /// What is neither: no JSON object, no type, or an agent event that lacks a field. With the text as it came.
    case malformed(String)

    /// Reads a WebSocket message.
    public init(_ message: WebSocketMessage) {
        guard case .text(let text) = message else {
            self = .malformed("a binary message")
            return
        }
        guard let json = try? JSONValue(json: text) else {
            self = .malformed(text)
            return
        }
        if json["jsonrpc"] == "2.0", let id = json["id"], json["result"] != nil || json["error"] != nil {
            self = .message(ServerMessage(type: "jsonrpc_response", data: json, correlationID: id.string))
            return
        }
        guard let type = json["type"]?.string else {
            self = .malformed(text)
            return
        }
        if AgentEventKind(rawValue: type) != nil {
            self = AgentEvent(json).map(EventFrame.event) ?? .malformed(text)
        } else {
            let message = ServerMessage(
                type: type, data: json["data"] ?? json, correlationID: json["correlation_id"]?.string)
            self = .message(message)
        }
    }
}
