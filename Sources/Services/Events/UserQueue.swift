// What the service keeps of one user: the number of the last event, the open connections, and events that wait.

import DequeModule
import Wire

/// Names a connection within the service; grows, and is never used twice.
typealias ConnectionID = Int

/// An agent event with its place in its user's order.
struct NumberedEvent: Sendable, Equatable {
    /// Counts the user's events from 1.
    let sequence: Int
    /// The event, with its `sequence`.
    let event: JSONValue

    /// The text of the event as it is sent when it comes.
    var text: String { event.text }

    /// The text of the event as it is sent late, to a connection that was opened after it.
    var textRecovered: String {
        var event = event
        event["recovered"] = true
        return event.text
    }
}

/// One user's events and connections. While a connection is open, no event waits.
struct UserQueue {
    /// The open connections, oldest first.
    private(set) var connections: [ConnectionID] = []
    private(set) var waiting: Deque<NumberedEvent> = []
    private var sequence = 0

    /// Gives an event the next number.
    mutating func number(_ event: JSONValue) -> NumberedEvent {
        sequence += 1
        var event = event
        event["sequence"] = JSONValue(sequence)
        return NumberedEvent(sequence: sequence, event: event)
    }

    /// Adds a connection and gives up the events that waited for one.
    mutating func open(_ id: ConnectionID) -> Deque<NumberedEvent> {
        connections.append(id)
        defer { waiting = [] }
        return waiting
    }

    /// Takes a connection out, whose `unsent` events now wait if it was the last one: another one has had them too.
    /// Returns how many old events were dropped.
    mutating func close(_ id: ConnectionID, unsent: [NumberedEvent], limit: Int) -> Int {
        connections.removeAll { $0 == id }
        guard connections.isEmpty else { return 0 }
        return unsent.reduce(0) { $0 + keep($1, limit: limit) }
    }

    /// Lets an event wait for a connection; at the limit the oldest gives way. Returns how many were dropped.
    mutating func keep(_ event: NumberedEvent, limit: Int) -> Int {
        waiting.append(event)
        guard waiting.count > limit else { return 0 }
        waiting.removeFirst()
        return 1
    }
}
