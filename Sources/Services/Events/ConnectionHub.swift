// The one place where connections meet: the table behind a lock, and the bells of the writers.

import Kernel
import ServiceKit
import Synchronization
import Wire

/// Holds the ``ConnectionTable`` for all connections' tasks and wakes the writers that have work.
final class ConnectionHub: Sendable {
    private struct State {
        var table: ConnectionTable
        var bells: [ConnectionID: AsyncStream<Void>.Continuation] = [:]
    }

    private let state: Mutex<State>

    init(limits: EventsLimits, deviations: Set<Deviation>) {
        state = Mutex(State(table: ConnectionTable(limits: limits, deviations: deviations)))
    }

    /// What is there at this moment.
    func census(at now: Instant) -> ConnectionTable.Census { state.withLock { $0.table.census(at: now) } }

    /// The name of the queue in which a user's events are, and whether anything is known of them.
    func queue(of userID: String) -> (name: String, isKnown: Bool) {
        state.withLock { ($0.table.queueName(userID), $0.table.knows(userID)) }
    }

    /// Takes over what was kept of a user's events.
    func restore(_ userID: String, _ queue: UserQueue) { state.withLock { $0.table.restore(userID, queue) } }

    /// The number of the last event that a user's connections were written; nil where nothing is known of the user.
    func seen(by userID: String) -> Int? { state.withLock { $0.table.users[$0.table.queueName(userID)]?.seen } }

    /// Adds a connection; the stream rings whenever its writer has work.
    func open(_ make: (inout ConnectionTable) -> ConnectionID) -> (id: ConnectionID, bell: AsyncStream<Void>) {
        let (bell, ringer) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            let id = make(&state.table)
            state.bells[id] = ringer
            return id
        }
        ringer.yield()
        return (id, bell)
    }

    /// Takes a connection out and ends its bell.
    func remove(_ id: ConnectionID, at now: Instant) {
        let ringer = state.withLock { state in
            state.table.remove(id, at: now)
            return state.bells.removeValue(forKey: id)
        }
        ringer?.finish()
    }

    /// Changes one connection's entry and wakes its writer.
    func update<Result: Sendable>(_ id: ConnectionID, _ change: (inout ConnectionTable) -> Result) -> Result {
        state.withLock { state in
            let result = change(&state.table)
            state.bells[id]?.yield()
            return result
        }
    }

    /// What a connection's writer does next.
    func next(_ id: ConnectionID) -> ConnectionTable.WriterStep { state.withLock { $0.table.next(id) } }

    /// The writer has sent what ``next(_:)`` gave it.
    func sent(_ id: ConnectionID) { state.withLock { $0.table.sent(id) } }

    /// Numbers a new event; the delivery of one that was here before.
    func number(_ intake: EventIntake, at now: Instant) -> (event: NumberedEvent?, repetition: ConnectionTable.Delivery?) {
        state.withLock { state in
            if let repetition = state.table.repetition(of: intake.eventID, to: intake.userID) { return (nil, repetition) }
            return (state.table.numbered(intake.event, eventID: intake.eventID, to: intake.userID, at: now), nil)
        }
    }

    /// Sends a numbered event to its user.
    func deliver(_ event: NumberedEvent, to userID: String, at now: Instant) -> ConnectionTable.Delivery {
        state.withLock { state in
            let delivery = state.table.deliver(event, to: userID, at: now)
            for id in delivery.connections { state.bells[id]?.yield() }
            return delivery
        }
    }

    /// Sends an event to everybody who is connected: the planted bug ``ServiceKit/Deviation/repeatBroadcast``.
    func broadcast(_ event: JSONValue, sequence: Int) {
        state.withLock { state in
            for id in state.table.broadcast(event, sequence: sequence) { state.bells[id]?.yield() }
        }
    }
}
