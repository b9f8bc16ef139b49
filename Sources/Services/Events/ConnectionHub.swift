// The one place where connections meet: the table behind a lock, and the bells of the writers.

import Synchronization
import Wire

/// Holds the ``ConnectionTable`` for all connections' tasks and wakes the writers that have work.
final class ConnectionHub: Sendable {
    private struct State {
        var table: ConnectionTable
        var bells: [ConnectionID: AsyncStream<Void>.Continuation] = [:]
    }

    private let state: Mutex<State>

    init(limits: EventsLimits) { state = Mutex(State(table: ConnectionTable(limits: limits))) }

    /// What is there at this moment.
    var census: (connections: Int, eventsWaiting: Int, eventsDropped: Int) {
        state.withLock { ($0.table.connectionCount, $0.table.eventsWaiting, $0.table.eventsDropped) }
    }

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
    func remove(_ id: ConnectionID) {
        let ringer = state.withLock { state in
            state.table.remove(id)
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

    /// Sends an event to its user.
    func deliver(_ intake: EventIntake) -> ConnectionTable.Delivery {
        state.withLock { state in
            let delivery = state.table.deliver(intake.event, to: intake.userID, eventID: intake.eventID)
            for id in delivery.connections { state.bells[id]?.yield() }
            return delivery
        }
    }
}
