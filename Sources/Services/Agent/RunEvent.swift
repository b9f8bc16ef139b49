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
        case progress = "progress_update"
    }

    let kind: Kind
    /// Counts the run's events from 0.
    let index: Int
    let time: Instant
    /// The agent that it is of: in a workflow the one that is at work.
    let agent: String
    let data: JSONObject

    /// The event's name, unique in the world.
    func id(in order: RunOrder) -> String { kind == .error ? "\(order.runID)-\(index)-end" : "\(order.runID)-\(index)" }

    /// The event's JSON, without the `sequence` that the events service gives it.
    func json(in order: RunOrder) -> JSONValue {
        [
            "type": .string(kind.rawValue), "run_id": .string(order.runID), "user_id": .string(order.userID),
            "thread_id": .string(order.threadID), "agent_name": .string(agent),
            "timestamp": .string(time.description), "data": .object(data),
        ]
    }
}

/// A message that an agent is to answer.
struct RunOrder: Sendable {
    let runID: String
    let threadID: String
    let userID: String
    var message: String
    let script: AgentScript
    /// All agents, for those who have others do the work.
    let scripts: AgentScripts
}

extension RunEvent {
    /// The event as it is kept with a run's state.
    var saved: JSONValue {
        [.string(kind.rawValue), JSONValue(index), .integer(time.nanoseconds), .string(agent), .object(data)]
    }

    /// An event that was kept; nil where it is none.
    init?(saved: JSONValue) {
        guard let parts = saved.array, parts.count == 5, let kind = parts[0].string.flatMap(Kind.init),
            let index = parts[1].integer, case .integer(let nanoseconds) = parts[2], let agent = parts[3].string,
            let data = parts[4].object
        else { return nil }
        self.init(kind: kind, index: index, time: Instant(nanoseconds: nanoseconds), agent: agent, data: data)
    }
}
