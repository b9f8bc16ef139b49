// Who is connected, and what waits to be written to whom: decides everything, touches neither socket nor clock.

import DequeModule
import Kernel
import Wire

/// The limits of the service.
struct EventsLimits {
    /// Events that wait for a user without a connection; then the oldest is dropped.
    var eventsWaiting = 1000
    /// Frames that wait to be written to one connection; then it is closed with 1013, as too slow, and takes no more.
    var framesWaiting = 2048
    /// Messages of one connection that wait for the agent; then further ones are refused.
    var handOversWaiting = 32
    /// Bytes of a client's message; a larger one closes the connection with 1009.
    var messageBytes = 8192
    /// Silence of the client after which a heartbeat is sent, and every time that long again.
    var heartbeatInterval = Duration.seconds(10)
    /// How long a closing connection may take to write what it is writing and to close, before it is given up.
    var closingTime = Duration.seconds(5)
}

/// All open connections and all users' queues.
///
/// Events of a user are numbered and put in the outboxes of all connections of that user in one step, so every
/// connection has them in the same order. Functions that put frames into outboxes return the connections whose
/// writers have work now.
struct ConnectionTable {
    /// A connection, as it was accepted.
    struct Opening {
        let userID: String
        /// `connection_id`, as clients see it.
        let name: String
        /// When the access token ends.
        let tokenExpiry: Instant?
    }

    /// What a connection's writer does next.
    enum WriterStep: Equatable {
        case send(String)
        case close(WebSocketClosure)
        /// Nothing, until it is woken.
        case wait
    }

    /// What became of an event.
    struct Delivery: Equatable {
        let sequence: Int
        /// The connections whose writers have work now.
        let connections: [ConnectionID]
        /// Whether the event was here before and nothing was done.
        let isRepeated: Bool
    }

    private struct Frame {
        let text: String
        let event: NumberedEvent?
    }

    private struct Connection {
        let opening: Opening
        var outbox: Deque<Frame> = []
        var closure: WebSocketClosure?
        var closingDeadline: Instant?
        var heartbeatDeadline: Instant
        var messagesReceived = 0
        var eventsSent = 0
    }

    let limits: EventsLimits
    private var connections: [ConnectionID: Connection] = [:]
    private var users: [String: UserQueue] = [:]
    private var deliveries = RecentDeliveries()
    private var connectionsOpened = 0
    /// How many events were dropped because a queue was full.
    private(set) var eventsDropped = 0

    init(limits: EventsLimits = EventsLimits()) { self.limits = limits }

    /// The number of open connections.
    var connectionCount: Int { connections.count }
    /// The number of events that wait for a connection, of all users.
    var eventsWaiting: Int { users.values.reduce(0) { $0 + $1.waiting.count } }

    /// Adds a connection: its first frame is `connection_established`, then come the events that waited.
    mutating func open(_ opening: Opening, at now: Instant) -> ConnectionID {
        connectionsOpened += 1
        let id = connectionsOpened
        var connection = Connection(opening: opening, heartbeatDeadline: now + limits.heartbeatInterval)
        let greeting = ServerFrame.established(connection: opening.name, userID: opening.userID, at: now)
        connection.outbox.append(Frame(text: greeting, event: nil))
        for event in users[opening.userID, default: UserQueue()].open(id) {
            connection.outbox.append(Frame(text: event.textRecovered, event: event))
        }
        connections[id] = connection
        return id
    }

    /// Takes a connection out. Its unsent events wait for the next one.
    mutating func remove(_ id: ConnectionID) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        let unsent = connection.outbox.compactMap(\.event)
        eventsDropped +=
            users[connection.opening.userID]?.close(id, unsent: unsent, limit: limits.eventsWaiting) ?? 0
    }

    /// Numbers an event and sends it to every connection of its user, or keeps it until there is one. An event whose
    /// `eventID` was here a moment ago is not sent again.
    mutating func deliver(_ event: JSONValue, to userID: String, eventID: String?) -> Delivery {
        let key = eventID.map { RecentDeliveries.Key(userID: userID, eventID: $0) }
        if let key, let sequence = deliveries.sequence(of: key) {
            return Delivery(sequence: sequence, connections: [], isRepeated: true)
        }
        let numbered = users[userID, default: UserQueue()].number(event)
        if let key { deliveries.remember(key, sequence: numbered.sequence) }
        let receivers = users[userID]?.connections ?? []
        if receivers.isEmpty {
            eventsDropped += users[userID]?.keep(numbered, limit: limits.eventsWaiting) ?? 0
        } else {
            let frame = Frame(text: numbered.text, event: numbered)
            for id in receivers { enqueue(frame, to: id) }
        }
        return Delivery(sequence: numbered.sequence, connections: receivers, isRepeated: false)
    }

    /// Sends a frame to one connection, if it is still open.
    mutating func send(_ text: String, to id: ConnectionID) { enqueue(Frame(text: text, event: nil), to: id) }

    private mutating func enqueue(_ frame: Frame, to id: ConnectionID) {
        guard let waiting = connections[id]?.outbox.count else { return }
        if waiting < limits.framesWaiting {
            connections[id]?.outbox.append(frame)
        } else {
            if frame.event != nil { eventsDropped += 1 }
            close(id, code: 1013, "\(waiting) frames wait to be read")
        }
    }

    /// Lets a connection be closed instead of written to. The first reason counts.
    mutating func close(_ id: ConnectionID, code: Int, _ reason: String) {
        guard connections[id]?.closure == nil else { return }
        connections[id]?.closure = WebSocketClosure(code: code, reason: reason)
    }

    /// What the writer of a connection does next. A frame stays first until ``sent(_:)`` says it went out.
    func next(_ id: ConnectionID) -> WriterStep {
        guard let connection = connections[id] else { return .wait }
        if let closure = connection.closure { return .close(closure) }
        return connection.outbox.first.map { .send($0.text) } ?? .wait
    }

    /// The first frame of a connection was sent.
    mutating func sent(_ id: ConnectionID) {
        guard let frame = connections[id]?.outbox.popFirst() else { return }
        if frame.event != nil { connections[id]?.eventsSent += 1 }
    }

    /// A client's message of that many bytes came: the client is not silent. Returns whether it may be read; if not,
    /// the connection is to be closed.
    mutating func received(_ id: ConnectionID, bytes: Int, at now: Instant) -> Bool {
        connections[id]?.heartbeatDeadline = now + limits.heartbeatInterval
        guard bytes <= limits.messageBytes else {
            close(id, code: 1009, "A message has at most \(limits.messageBytes) bytes")
            return false
        }
        connections[id]?.messagesReceived += 1
        return true
    }

    /// Does what is due: a heartbeat after silence, the closure when the access token ends. Returns when to come
    /// again; nil where the connection is gone, or has been closing for too long.
    mutating func tick(_ id: ConnectionID, at now: Instant) -> Instant? {
        guard let connection = connections[id] else { return nil }
        let opening = connection.opening
        if let expiry = opening.tokenExpiry, expiry <= now { close(id, code: 1008, "The access token has expired") }
        if connections[id]?.closure != nil {
            let deadline = connection.closingDeadline ?? now + limits.closingTime
            connections[id]?.closingDeadline = deadline
            return deadline > now ? deadline : nil
        }
        var deadline = connection.heartbeatDeadline
        if deadline <= now {
            let frame = ServerFrame.heartbeat(
                connection: opening.name, messages: connection.messagesReceived, events: connection.eventsSent, at: now)
            send(frame, to: id)
            deadline = now + limits.heartbeatInterval
            connections[id]?.heartbeatDeadline = deadline
        }
        guard let expiry = opening.tokenExpiry, expiry > now else { return deadline }
        return min(deadline, expiry)
    }
}

extension Instant {
    static func + (instant: Instant, duration: Duration) -> Instant { instant.advanced(by: duration) }
}
