// What becomes of a client's message: every one gets an answer, and those for the agent are handed over.

import Kernel
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
    /// Hands the message to the agent, whose answer becomes the reply.
    case handOver(HandOver)
}

/// Reads clients' messages: `{type, payload, message_id, thread_id, ...}`. Without a payload the message itself is it.
/// A `user_id` in a message does not count: the token has said who speaks.
struct Inbound {
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
    static func decide(_ text: String, from userID: String, at now: Instant) -> InboundAction {
        let message: JSONValue
        do {
            message = try JSONValue(json: text)
        } catch {
            return .reply(ServerFrame.error(.parse, "\(error)", suggestions: ["Send one JSON object per message."], at: now))
        }
        guard message.object != nil else {
            return .reply(ServerFrame.error(.parse, "A message is a JSON object with a field 'type'.", at: now))
        }
        return Inbound(message).decide(from: userID, at: now)
    }

    private func decide(from userID: String, at now: Instant) -> InboundAction {
        let common: JSONObject = ["user_id": .string(userID), "timestamp": .string(now.description)]
        func reply(_ type: String, _ fields: JSONObject) -> InboundAction {
            let data = common.merging(fields)
            return .reply(ServerFrame.envelope(type, .object(data), at: now, answering: messageID))
        }
        switch type {
        case "ping": return reply("pong", [:])
        case "heartbeat": return reply("heartbeat_ack", ["status": "healthy"])
        case "connect": return reply("system_message", ["status": "connected"])
        case "disconnect": return reply("system_message", ["status": "disconnect_acknowledged"])
        case "typing", "user_typing", "typing_started", "typing_stopped":
            return reply(
                "system_message",
                ["status": "typing_acknowledged", "type": .string(type), "thread_id": JSONValue(threadID)])
        case "user_message", "chat", "message", "chat_message", "user_input", "start_agent", "agent_request", "agent_task",
            "agent", "execute_agent":
            return handOver(at: now)
        default: return acknowledgement(to: userID, at: now)
        }
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
