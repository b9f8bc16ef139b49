// Who is connected, and what waits to be written to whom: decides everything, touches neither socket nor clock.

import DequeModule
import Kernel
import ServiceKit
import Wire

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
        /// The number of the last event that the client has had, where it says so.
        var lastSequence: Int?
    }

    /// What a connection's writer does next.
    enum WriterStep: Equatable {
        /// Sends a text; of an event it is known when it came.
        case send(String, arrival: Instant?)
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

    /// What is there at one moment.
    struct Census: Equatable {
        var connections = 0
        var users = 0
        var eventsWaiting = 0
        var eventsKept = 0
        var eventsDropped = 0
        var eventsReceived = 0
        var messagesReceived = 0
    }

    struct Frame {
        let text: String
        let event: NumberedEvent?
    }

    /// Events that wait on a new connection until it is known from where the client resumes.
    struct Hold {
        let until: Instant
        let after: Int
    }

    struct Connection {
        let opening: Opening
        var outbox: Deque<Frame> = []
        var closure: WebSocketClosure?
        /// Whether the outbox is written before the connection is closed.
        var isFlushed = false
        var closingDeadline: Instant?
        var heartbeatDeadline: Instant
        var pongDeadline: Instant?
        var hold: Hold?
        /// The number of the last event when the connection was opened: those up to it are recovered ones.
        var newestAtOpening = 0
        /// The first event that the connection is given.
        var firstSequence = 0
        /// An event that has been overtaken; see ``Deviation/eventReordered``.
        var overtaken: Frame?
        var messagesReceived = 0
        var eventsSent = 0
    }

    private static let sweepInterval = Duration.seconds(60)

    let limits: EventsLimits
    let deviations: Set<Deviation>
    var connections: [ConnectionID: Connection] = [:]
    var users: [String: UserQueue] = [:]
    private var deliveries = RecentDeliveries()
    /// The event that was delivered last, to whomever; see ``ServiceKit/Deviation/repeatForgotten``.
    private var lastEventID: String?
    /// The events that were there before the process, by user; see ``ServiceKit/Deviation/replayForgetsRestart``.
    var restored: [String: Int] = [:]
    private var connectionsOpened = 0
    private var nextSweep: Instant?
    private(set) var eventsReceived = 0
    private(set) var messagesReceived = 0
    /// How many events were dropped before anybody had seen them.
    var eventsDropped = 0

    init(limits: EventsLimits = EventsLimits(), deviations: Set<Deviation> = []) {
        self.limits = limits
        self.deviations = deviations
    }

    func deviates(_ deviation: Deviation) -> Bool { deviations.contains(deviation) }

    /// The name of the queue in which a user's events are.
    func queueName(_ userID: String) -> String { deviates(.queueShared) ? "everybody" : userID }

    /// What is there at this moment.
    mutating func census(at now: Instant) -> Census {
        for name in users.keys.sorted() { eventsDropped += users[name]?.prune(limits, at: now) ?? 0 }
        sweep(at: now)
        var census = Census()
        census.connections = connections.count
        census.users = users.count
        for queue in users.values {
            census.eventsKept += queue.kept.count
            if queue.connections.isEmpty { census.eventsWaiting += queue.unseenCount }
        }
        (census.eventsDropped, census.eventsReceived, census.messagesReceived) = (eventsDropped, eventsReceived, messagesReceived)
        return census
    }

    /// Whether anything is known of a user's events; if not, ``restore(_:_:)`` what was kept of them.
    func knows(_ userID: String) -> Bool { users[queueName(userID)] != nil }

    /// Takes over what was kept of a user's events.
    mutating func restore(_ userID: String, _ queue: UserQueue) {
        guard !knows(userID) else { return }
        users[queueName(userID)] = queue
        if deviates(.replayForgetsRestart) { restored[userID] = queue.sequence }
        for event in queue.kept {
            if let id = event.eventID { deliveries.remember(.init(userID: userID, eventID: id), sequence: event.sequence) }
        }
    }

    /// Forgets users who have no connection and no events, some time after they were last heard of.
    private mutating func sweep(at now: Instant) {
        if let nextSweep, nextSweep > now { return }
        nextSweep = now + Self.sweepInterval
        users = users.filter { !$0.value.connections.isEmpty || $0.value.lastUse + limits.eventAge > now }
    }

    /// Adds a connection: its first frame is `connection_established`. Where the client says what it has had, all events
    /// after that follow; else those that nobody has seen, a moment later.
    mutating func open(_ opening: Opening, at now: Instant) -> ConnectionID {
        sweep(at: now)
        connectionsOpened += 1
        let id = connectionsOpened
        let name = queueName(opening.userID)
        var queue = users[name] ?? UserQueue(at: now)
        eventsDropped += queue.prune(limits, at: now)
        queue.lastUse = now
        var connection = Connection(opening: opening, heartbeatDeadline: now + limits.heartbeatInterval)
        connection.newestAtOpening = queue.sequence
        connection.firstSequence = queue.sequence + 1
        let count = queue.connections.count { connections[$0]?.opening.userID == opening.userID }
        if count < limits.connectionsPerUser {
            queue.connections.append(id)
            let shown = deviates(.userIDTruncated) ? opening.userID.prefix(8) + "..." : opening.userID
            let greeting = ServerFrame.established(connection: opening.name, userID: shown, newest: queue.sequence, at: now)
            connection.outbox.append(Frame(text: greeting, event: nil))
            if opening.lastSequence == nil, queue.seen < queue.sequence {
                connection.hold = Hold(until: now + limits.flushDelay, after: queue.seen)
            }
        } else {
            let error = ServerFrame.error(
                .connection, "A user has at most \(limits.connectionsPerUser) connections.",
                suggestions: ["Close a connection that is not used any more."], at: now)
            connection.outbox.append(Frame(text: error, event: nil))
            connection.closure = WebSocketClosure(code: 1008, reason: "Too many connections")
            connection.isFlushed = true
        }
        connections[id] = connection
        users[name] = queue
        if let last = opening.lastSequence, connection.closure == nil { replay(to: id, after: last, at: now) }
        return id
    }

    /// Takes a connection out. Its unsent events are kept, as all are.
    mutating func remove(_ id: ConnectionID, at now: Instant) {
        guard !deviates(.connectionLeak), let connection = connections.removeValue(forKey: id) else { return }
        let name = queueName(connection.opening.userID)
        users[name]?.connections.removeAll { $0 == id }
        users[name]?.lastUse = now
    }

    /// The delivery of an event that was here a moment ago; nil for a new one.
    func repetition(of eventID: String?, to userID: String) -> Delivery? {
        if deviates(.repeatForgotten), eventID != lastEventID { return nil }
        guard let eventID, let sequence = deliveries.sequence(of: .init(userID: userID, eventID: eventID)) else { return nil }
        return Delivery(sequence: sequence, connections: [], isRepeated: true)
    }

    /// The event with the number that is next for its user. It is given only by ``deliver(_:to:at:)``.
    func numbered(_ event: JSONValue, eventID: String?, to userID: String, at now: Instant) -> NumberedEvent {
        let sequence = (users[queueName(userID)]?.sequence ?? 0) + 1
        return NumberedEvent(altered(event), sequence: sequence, eventID: eventID, arrival: now)
    }

    /// Sends a numbered event to every connection of its user, and keeps it.
    mutating func deliver(_ event: NumberedEvent, to userID: String, at now: Instant) -> Delivery {
        let name = queueName(userID)
        var queue = users[name] ?? UserQueue(at: now)
        queue.lastUse = now
        eventsReceived += 1
        if let id = event.eventID { deliveries.remember(.init(userID: userID, eventID: id), sequence: event.sequence) }
        lastEventID = event.eventID
        if isLost(event) {
            queue.skip(event)
            users[name] = queue
            return Delivery(sequence: event.sequence, connections: [], isRepeated: false)
        }
        queue.append(event)
        eventsDropped += queue.prune(limits, at: now)
        users[name] = queue
        var receivers = queue.connections.filter { connections[$0]?.opening.userID == userID }
        let frame = Frame(text: event.text, event: event)
        for id in receivers where connections[id]?.hold == nil {
            enqueue(frame, to: id)
            if isDoubled(event) { enqueue(frame, to: id) }
        }
        if let stranger = stranger(to: userID) {
            enqueue(Frame(text: event.text, event: nil), to: stranger)
            receivers.append(stranger)
        }
        return Delivery(sequence: event.sequence, connections: receivers, isRepeated: false)
    }

    /// Sends a frame to one connection, if it is still open.
    mutating func send(_ text: String, to id: ConnectionID) { enqueue(Frame(text: text, event: nil), to: id) }

    mutating func enqueue(_ frame: Frame, to id: ConnectionID) {
        guard let waiting = connections[id]?.outbox.count else { return }
        guard waiting < limits.framesWaiting else { return close(id, code: 1013, "\(waiting) frames wait to be read") }
        if isOvertaken(frame), connections[id]?.overtaken == nil {
            connections[id]?.overtaken = frame
            return
        }
        connections[id]?.outbox.append(frame)
        if frame.event != nil, let late = connections[id]?.overtaken.take() { connections[id]?.outbox.append(late) }
    }

    /// Lets a connection be closed instead of written to. The first reason counts.
    mutating func close(_ id: ConnectionID, code: Int, _ reason: String) {
        guard connections[id]?.closure == nil else { return }
        connections[id]?.closure = WebSocketClosure(code: code, reason: reason)
    }

    /// What the writer of a connection does next. A frame stays first until ``sent(_:)`` says it went out.
    func next(_ id: ConnectionID) -> WriterStep {
        guard let connection = connections[id] else { return .wait }
        let first = connection.outbox.first
        if let closure = connection.closure, first == nil || !connection.isFlushed { return .close(closure) }
        return first.map { .send($0.text, arrival: $0.event?.arrival) } ?? .wait
    }

    /// The first frame of a connection was sent.
    mutating func sent(_ id: ConnectionID) {
        guard let frame = connections[id]?.outbox.popFirst(), let event = frame.event,
            let user = connections[id]?.opening.userID
        else { return }
        connections[id]?.eventsSent += 1
        users[queueName(user)]?.wrote(event)
    }

    /// A client's message of that many bytes came: the client is not silent. Returns whether it may be read; if not,
    /// the connection is to be closed.
    mutating func received(_ id: ConnectionID, bytes: Int, at now: Instant) -> Bool {
        connections[id]?.heartbeatDeadline = now + limits.heartbeatInterval
        guard bytes <= limits.messageBytes else {
            close(id, code: 1009, "A message has at most \(limits.messageBytes) bytes")
            return false
        }
        messagesReceived += 1
        connections[id]?.messagesReceived += 1
        return true
    }

    /// Whether a user's message is within the rate; if not, how long to wait for the next one.
    mutating func admit(_ id: ConnectionID, at now: Instant) -> Duration? {
        guard let user = connections[id]?.opening.userID else { return nil }
        let name = queueName(user)
        while let first = users[name]?.messageTimes.first, first + .seconds(60) <= now { users[name]?.messageTimes.removeFirst() }
        if let times = users[name]?.messageTimes, times.count >= limits.messagesPerMinute, let first = times.first {
            return now.duration(to: first + .seconds(60))
        }
        users[name]?.messageTimes.append(now)
        return nil
    }
}
