// The events of a run, as they travel: the bridge's dialect, with the fields that front ends ask for.

import Kernel
import ServiceKit
import Wire

/// One event of a run.
struct RunEvent: Sendable, Equatable {
    /// The kinds of events.
    enum Kind: String, Sendable {
        case started = "agent_started"
        case thinking = "agent_thinking"
        case toolExecuting = "tool_executing"
        case toolCompleted = "tool_completed"
        case responseChunk = "agent_response_chunk"
        case completed = "agent_completed"
        case error = "agent_error"
    }

    let kind: Kind
    /// Counts the run's events from 0.
    let index: Int
    let time: Instant
    let data: JSONObject

    /// The event's name, unique in the world.
    func id(in order: RunOrder) -> String { "\(order.runID)-\(index)" }

    /// The event's JSON, without the `sequence` that the events service gives it.
    func json(in order: RunOrder) -> JSONValue {
        [
            "type": .string(kind.rawValue), "run_id": .string(order.runID), "user_id": .string(order.userID),
            "thread_id": .string(order.threadID), "agent_name": .string(order.script.name),
            "timestamp": .string(time.description), "data": .object(data),
        ]
    }
}

/// A message that an agent is to answer.
struct RunOrder: Sendable {
    let runID: String
    let threadID: String
    let userID: String
    let message: String
    let script: AgentScript
}
