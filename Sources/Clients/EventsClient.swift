// Calls the events service as a front end does: one WebSocket, messages out, events in.

import HTTPTypes
public import Wire

/// A typed caller of `events`.
public struct EventsClient: Sendable {
    /// How the access token is shown.
    public enum Authentication: Sendable {
        /// As the subprotocol `jwt.<token>` beside `jwt-auth`, as browsers must.
        case subprotocol
        /// As `Authorization: Bearer`.
        case header
    }

    private let caller: Caller
    private let skipsRepeats: Bool

    /// A client that calls by `caller`. With `skipsRepeats` it leaves out agent events that it has seen on their socket, by
    /// their sequence numbers, as one must where they are delivered at least once.
    public init(_ caller: Caller, skipsRepeats: Bool = false) {
        self.caller = caller
        self.skipsRepeats = skipsRepeats
    }

    /// Connects to `/ws`; with `lastSequence` all events after it are sent again. Throws
    /// ``CallError/upgradeRefused(service:status:body:)`` with status 401 where the token is not valid.
    public func connect(
        token: String, by authentication: Authentication = .subprotocol, lastSequence: Int? = nil
    ) async throws -> EventSocket {
        let call = Call.get("/ws" + (lastSequence.map { "?last_sequence=\($0)" } ?? ""))
        let connection =
            switch authentication {
            case .subprotocol: try await caller.open(call, subprotocols: ["jwt-auth", "jwt.\(token)"])
            case .header: try await caller.open(call.bearer(token))
            }
        return EventSocket(connection, skipsRepeats: skipsRepeats)
    }

    /// GET `/ws/health`: what the service holds at this moment.
    public func census() async throws -> EventsCensus {
        try await caller.result(of: .get("/ws/health"), status: .ok, as: EventsCensus.init)
    }

    /// GET `/ws/config`: what the service says of its limits.
    public func limits() async throws -> JSONValue {
        try await caller.result(of: .get("/ws/config"), status: .ok) { $0["websocket_config"] }
    }
}

/// An open connection to the events service.
public struct EventSocket: Sendable {
    /// The WebSocket itself, for what has no function here.
    public let connection: WebSocketConnection
    private let skipsRepeats: Bool

    /// A socket over a connection that is open. With `skipsRepeats` it leaves out agent events that it has seen.
    public init(_ connection: WebSocketConnection, skipsRepeats: Bool = false) {
        self.connection = connection
        self.skipsRepeats = skipsRepeats
    }

    /// The frames that come, until the connection ends; then ``closure`` says why. One task may read them at a time.
    public var frames: Frames { Frames(messages: connection.messages, skipsRepeats: skipsRepeats) }

    /// Why the connection ended; nil while it is open.
    public var closure: WebSocketClosure? { connection.closure }

    /// Says something to an agent: `user_message`, answered with `agent_task_ack`.
    public func sendUserMessage(
        _ text: String, thread: String? = nil, agent: String? = nil, messageID: String? = nil
    ) async throws {
        var payload: JSONValue = ["message": .string(text)]
        if let thread { payload["thread_id"] = .string(thread) }
        if let agent { payload["agent"] = .string(agent) }
        try await send("user_message", payload: payload, messageID: messageID)
    }

    /// Sends `ping`, answered with `pong`.
    public func ping(messageID: String? = nil) async throws { try await send("ping", messageID: messageID) }

    /// Asks for all events after one, answered with `resume_ack` and the events.
    public func resume(after sequence: Int, messageID: String? = nil) async throws {
        try await send("resume", payload: ["last_sequence": JSONValue(sequence)], messageID: messageID)
    }

    /// Asks how far a run has come, answered with `agent_status_update`.
    public func requestStatus(of run: String, messageID: String? = nil) async throws {
        try await send("agent_status_request", payload: ["run_id": .string(run)], messageID: messageID)
    }

    /// Sends a message of any type.
    public func send(_ type: String, payload: JSONValue = [:], messageID: String? = nil) async throws {
        var message: JSONValue = ["type": .string(type), "payload": payload]
        if let messageID { message["message_id"] = .string(messageID) }
        try await connection.send(.text(message.text))
    }

    /// Sends a text as it is.
    public func send(text: String) async throws { try await connection.send(.text(text)) }

    /// Closes the connection.
    public func close() async throws { try await connection.close(code: 1000, reason: "") }

    /// The frames of a connection.
    public struct Frames: AsyncSequence, Sendable {
        public typealias Element = EventFrame
        public typealias Failure = Never

        let messages: WebSocketConnection.Messages
        let skipsRepeats: Bool

        public func makeAsyncIterator() -> Iterator {
            Iterator(messages: messages.makeAsyncIterator(), skipsRepeats: skipsRepeats)
        }

        /// Reads frames one by one.
        public struct Iterator: AsyncIteratorProtocol {
            public typealias Failure = Never

            var messages: WebSocketConnection.Messages.Iterator
            let skipsRepeats: Bool
            private var lastSequence = 0
            private var lastAnswer: WebSocketMessage?

            init(messages: WebSocketConnection.Messages.Iterator, skipsRepeats: Bool) {
                self.messages = messages
                self.skipsRepeats = skipsRepeats
            }

            /// The next frame; nil at the end, and where the task is cancelled.
            public mutating func next() async -> EventFrame? {
                while let message = await messages.next() {
                    let frame = EventFrame(message)
                    if !skipsRepeats || isNew(frame, message) { return frame }
                }
                return nil
            }

            private mutating func isNew(_ frame: EventFrame, _ message: WebSocketMessage) -> Bool {
                guard case .event(let event) = frame else {
                    defer { lastAnswer = message }
                    return message != lastAnswer
                }
                defer { lastSequence = Swift.max(lastSequence, event.sequence) }
                return event.sequence > lastSequence
            }
        }
    }
}

/// What the events service holds at one moment.
public struct EventsCensus: Sendable, Equatable {
    /// Open connections.
    public let connections: Int
    /// Users of whom anything is known.
    public let users: Int
    /// Events that nobody has been sent yet.
    public let eventsWaiting: Int
    /// Events that are kept, sent or not.
    public let eventsKept: Int
    /// Events that were let go before anybody was sent them.
    public let eventsDropped: Int

    init?(_ json: JSONValue) {
        guard let components = json["components"], let connections = components["connections"]?.integer,
            let users = components["users"]?.integer, let waiting = components["events_waiting"]?.integer,
            let kept = components["events_kept"]?.integer, let dropped = components["events_dropped"]?.integer
        else { return nil }
        (self.connections, self.users, eventsWaiting, eventsKept, eventsDropped) = (connections, users, waiting, kept, dropped)
    }
}
