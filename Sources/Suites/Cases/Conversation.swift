// What came over one user's socket, from the welcome to the close.

import Clients
import Kernel
import Wire

/// Reads one socket and keeps all that came.
struct Conversation {
    /// How long a run may take from the first message to its end: the plan's 30 s, and as much again.
    static let patience = Duration.seconds(60)

    let socket: EventSocket
    private let clock: WorldClock
    private var iterator: EventSocket.Frames.Iterator
    private(set) var frames: [EventFrame] = []
    /// When each of the frames came.
    private(set) var arrivals: [Instant] = []

    init(_ socket: EventSocket, clock: WorldClock) {
        self.socket = socket
        self.clock = clock
        iterator = socket.frames.makeAsyncIterator()
    }

    /// The agent events so far.
    var events: [AgentEvent] {
        frames.compactMap { if case .event(let event) = $0 { event } else { nil } }
    }

    /// The run that the events are of.
    var run: String? { events.first?.runID }

    /// Reads the next frame; nil at the end of the connection.
    mutating func next() async -> EventFrame? {
        guard let frame = await iterator.next() else { return nil }
        frames.append(frame)
        arrivals.append(clock.now)
        return frame
    }

    /// Reads until a frame fulfils `isLast`, and returns that one. Throws a ``ConversationError`` where the connection
    /// ends before, or none comes in time.
    @discardableResult
    mutating func receive(
        within limit: Duration = patience, until isLast: (EventFrame) throws -> Bool
    ) async throws -> EventFrame {
        let watchdog = Task { [socket, clock] in
            try await clock.sleep(for: limit)
            socket.connection.abort()
        }
        defer { watchdog.cancel() }
        while let frame = await next() {
            if try isLast(frame) { return frame }
        }
        throw ConversationError.ended(socket.closure, after: frames.count)
    }

    /// Reads until the run has ended. Throws a ``ConversationError`` if it fails, or does not end in time.
    mutating func receiveRun() async throws {
        try await receive { frame in
            switch frame {
            case .event(let event) where event.kind == .completed: return true
            case .event(let event) where event.kind == .error:
                throw ConversationError.runFailed(event.data["error_message"]?.string ?? event.data.text)
            case .message(let message) where message.type == "error_message":
                throw ConversationError.refused(message.data.text)
            case .malformed(let text): throw ConversationError.malformed(text)
            default: return false
            }
        }
    }

    /// Reads until a message of the service of this type comes.
    mutating func receiveMessage(_ type: String, within limit: Duration = patience) async throws -> ServerMessage {
        let frame = try await receive(within: limit) { frame in
            if case .message(let message) = frame { message.type == type } else { false }
        }
        guard case .message(let message) = frame else { throw ConversationError.ended(nil, after: frames.count) }
        return message
    }

    /// Closes the socket and reads what still comes.
    mutating func close() async throws {
        try await socket.close()
        while await next() != nil {}
        guard socket.closure?.code == 1000 else { throw ConversationError.ended(socket.closure, after: frames.count) }
    }

    /// What is wrong with the first frame.
    func welcomeProblems(user: String) -> [String] {
        guard case .message(let welcome) = frames.first, welcome.type == "connection_established" else {
            return ["the first frame is not connection_established"]
        }
        let named = welcome.data["user_id"]?.string ?? "nobody"
        return named == user ? [] : ["the socket was accepted as \(named), but \(user) had logged in"]
    }
}

/// Why a conversation did not come to its end.
enum ConversationError: Error, CustomStringConvertible {
    case runFailed(String)
    case refused(String)
    case malformed(String)
    case ended(WebSocketClosure?, after: Int)

    var description: String {
        switch self {
        case .runFailed(let message): "the run failed: \(message)"
        case .refused(let message): "the message was refused: \(message)"
        case .malformed(let text): "a frame cannot be read: \(text.prefix(200))"
        case .ended(let closure, let count):
            "the WebSocket ended after \(count) frames with \(closure.map { "\($0.code) \($0.reason)" } ?? "no close frame"), before what was waited for"
        }
    }
}
