// What came over one user's socket, from the welcome to the close.

import Clients
import Kernel
import Wire

/// Reads one socket and keeps all that came.
struct Conversation {
    /// How long a run may take from the first message to its end: the plan's 30 s, and as much again.
    private static let patience = Duration.seconds(60)

    private let socket: EventSocket
    private var iterator: EventSocket.Frames.Iterator
    private(set) var frames: [EventFrame] = []

    init(_ socket: EventSocket) {
        self.socket = socket
        iterator = socket.frames.makeAsyncIterator()
    }

    /// The agent events so far.
    var events: [AgentEvent] {
        frames.compactMap { if case .event(let event) = $0 { event } else { nil } }
    }

    /// The run that the events are of.
    var run: String? { events.first?.runID }

    /// Reads until the run has ended. Throws a ``ConversationError`` if it fails, or does not end in time.
    mutating func receiveRun(clock: WorldClock) async throws {
        let watchdog = Task { [socket] in
            try await clock.sleep(for: Self.patience)
            socket.connection.abort()
        }
        defer { watchdog.cancel() }
        while let frame = await iterator.next() {
            frames.append(frame)
            switch frame {
            case .event(let event) where event.kind == .completed: return
            case .event(let event) where event.kind == .error:
                throw ConversationError.runFailed(event.data["error_message"]?.string ?? event.data.text)
            case .message(let message) where message.type == "error_message":
                throw ConversationError.refused(message.data.text)
            case .malformed(let text): throw ConversationError.malformed(text)
            default: break
            }
        }
        throw ConversationError.ended(socket.closure, after: frames.count)
    }

    /// Closes the socket and reads what still comes.
    mutating func close() async throws {
        try await socket.close()
        while let frame = await iterator.next() { frames.append(frame) }
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
            "the WebSocket ended after \(count) frames with \(closure.map { "\($0.code) \($0.reason)" } ?? "no close frame"), before agent_completed"
        }
    }
}
