// What becomes of a client's message: every one gets an answer, and those for the agent are handed over.

import Kernel
import ServiceKit
import Wire

/// A message for the agent, as a client sent it.
struct HandOver: Sendable, Equatable {
    /// What the user says.
    let text: String
    /// The thread it belongs to; nil for a new one.
    let threadID: String?
    /// The agent that is asked; nil for the default one.
    let agent: String?
    /// The client's own name for the message, which the answer carries.
    let messageID: String?
}

/// What the service does about a client's message.
enum InboundAction: Equatable {
    /// Answers with this frame.
    case reply(String)
    /// Answers a message that only keeps the connection alive, and does not count as one.
    case keepAlive(String)
    /// Hands the message to the agent, whose answer becomes the reply.
    case handOver(HandOver)
    /// Asks the agent how far a run has come.
    case status(run: String, messageID: String?)
    /// Sends what came after an event.
    case resume(after: Int, messageID: String?)
    /// Does nothing; see ``Deviation/silentDrop``.
    case drop
}

/// Reads clients' messages: `{type, payload, message_id, thread_id, ...}`. Without a payload the message itself is it.
/// A `user_id` in a message does not count: the token has said who speaks.
struct Inbound {
    /// The types that the product's router took for agent events.
    private static let swallowed: Set<String> = [
        "ping", "heartbeat", "connect", "disconnect", "chat", "user_message", "start_agent", "agent_request", "agent_task",
    ]

    private let type: String
    private let messageID: String?
    private let threadID: String?
    private let payload: JSONValue

    private init(_ message: JSONValue) {
        type = message["type"]?.string ?? "unknown"
        messageID = message["message_id"]?.string
        payload = message["payload"].flatMap { $0.object == nil ? nil : $0 } ?? message
        threadID = (payload["thread_id"] ?? message["thread_id"])?.string
    }

    /// Decides on a message of the user `userID`.
    static func decide(
        _ text: String, from userID: String, at now: Instant, deviations: Set<Deviation> = []
    ) -> InboundAction {
        let message: JSONValue
        do {
            message = try JSONValue(json: text)
        } catch {
            return .reply(ServerFrame.error(.parse, "\(error)", suggestions: ["Send one JSON object per message."], at: now))
        }
        guard message.object != nil else {
            return .reply(ServerFrame.error(.parse, "A message is a JSON object with a field 'type'.", at: now))
        }
        if message["jsonrpc"] != nil { return JSONRPC.answer(message, at: now) }
        if let type = message["type"], type.string == nil {
            return .reply(
                ServerFrame.error(
                    .message, "The field 'type' is a text.", at: now, answering: message["message_id"]?.string))
        }
        let inbound = Inbound(message)
        if deviations.contains(.silentDrop), swallowed.contains(inbound.type) { return .drop }
        return inbound.decide(from: userID, at: now)
    }

    private func decide(from userID: String, at now: Instant) -> InboundAction {
        let common: JSONObject = ["user_id": .string(userID), "timestamp": .string(now.description)]
        func reply(_ type: String, _ fields: JSONObject) -> InboundAction {
            let data = common.merging(fields)
            return .reply(ServerFrame.envelope(type, .object(data), at: now, answering: messageID))
        }
        switch type {
        case "ping": return keepAlive(reply("pong", [:]))
        case "heartbeat": return keepAlive(reply("heartbeat_ack", ["status": "healthy"]))
        case "connect": return reply("system_message", ["status": "connected"])
        case "disconnect": return reply("system_message", ["status": "disconnect_acknowledged"])
        case "typing", "user_typing", "typing_started", "typing_stopped":
            return reply(
                "system_message",
                ["status": "typing_acknowledged", "type": .string(type), "thread_id": JSONValue(threadID)])
        case "user_message", "chat", "message", "chat_message", "user_input", "start_agent", "agent_request", "agent_task",
            "agent", "execute_agent":
            return handOver(at: now)
        case "agent_status_request": return status(at: now)
        case "resume", "session_restore": return resume(at: now)
        default: return acknowledgement(to: userID, at: now)
        }
    }

    private func keepAlive(_ action: InboundAction) -> InboundAction {
        if case .reply(let frame) = action { .keepAlive(frame) } else { action }
    }

    private func status(at now: Instant) -> InboundAction {
        guard let run = payload["run_id"]?.string ?? payload["agent_id"]?.string, !run.isEmpty else {
            return .reply(
                ServerFrame.error(.message, "Name the run: payload.run_id.", at: now, answering: messageID))
        }
        return .status(run: run, messageID: messageID)
    }

    private func resume(at now: Instant) -> InboundAction {
        let last = ["last_sequence", "lastSequence"].lazy.compactMap { payload[$0]?.integer }.first
        guard let last else {
            let message = "Say which event was the last to arrive: payload.last_sequence, a whole number."
            return .reply(ServerFrame.error(.message, message, at: now, answering: messageID))
        }
        return .resume(after: last, messageID: messageID)
    }

    /// The flat `ack` of a type that nobody handles.
    private func acknowledgement(to userID: String, at now: Instant) -> InboundAction {
        let frame: JSONValue = [
            "type": "ack", "received_type": .string(type), "timestamp": ServerFrame.timestamp(now),
            "user_id": .string(userID), "status": "acknowledged", "correlation_id": JSONValue(messageID),
        ]
        return .reply(frame.text)
    }

    private func handOver(at now: Instant) -> InboundAction {
        let names = ["message", "content", "text", "user_request", "query"]
        let text = names.lazy.compactMap { payload[$0]?.string }.first { !$0.isEmpty }
        guard let text else {
            let message = "The message has no text. Send it as payload.message."
            return .reply(ServerFrame.error(.agentRequest, message, at: now, answering: messageID))
        }
        let agent = ["agent", "agent_name", "agent_type"].lazy.compactMap { payload[$0]?.string }.first
        return .handOver(HandOver(text: text, threadID: threadID, agent: agent, messageID: messageID))
    }
}
