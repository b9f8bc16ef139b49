// The places where the delivery of events can be wrong on purpose.

import ServiceKit
import Wire

extension ConnectionTable {
    /// The event as it is sent: with the name and the fields that it came with, unless it is to be another.
    func altered(_ event: JSONValue) -> JSONValue {
        var event = event
        if deviates(.eventRenamed), event["type"] == "agent_thinking" { event["type"] = "reasoning" }
        if deviates(.eventFieldMissing), event["type"] == "tool_completed" { event["data"]?["result"] = nil }
        return event
    }

    /// Whether an event vanishes.
    func isLost(_ event: NumberedEvent) -> Bool { deviates(.eventLost) && event.sequence.isMultiple(of: 7) }

    /// Whether an event is sent twice.
    func isDoubled(_ event: NumberedEvent) -> Bool { deviates(.eventDoubled) && event.sequence.isMultiple(of: 5) }

    /// Whether a frame waits until the next event has overtaken it.
    func isOvertaken(_ frame: Frame) -> Bool {
        deviates(.eventReordered) && frame.event?.event["type"] == "tool_executing"
    }

    /// The connection of another user that gets a user's events too: the oldest.
    func stranger(to userID: String) -> ConnectionID? {
        guard deviates(.eventMisrouted) else { return nil }
        return connections.filter { $0.value.opening.userID != userID }.keys.min()
    }

    /// Queues an event for all connections there are; returns them.
    mutating func broadcast(_ event: JSONValue, sequence: Int) -> [ConnectionID] {
        var event = event
        event["sequence"] = JSONValue(sequence)
        let all = connections.keys.sorted()
        for id in all { enqueue(Frame(text: event.text, event: nil), to: id) }
        return all
    }
}
