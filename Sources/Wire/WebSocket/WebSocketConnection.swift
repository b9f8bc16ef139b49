// A WebSocket as both ends use it: whole messages, automatic pongs, and the closing handshake (RFC 6455).

public import NIOCore

/// One message of a WebSocket.
public enum WebSocketMessage: Sendable, Equatable {
    /// Text; UTF-8 on the wire.
    case text(String)
    /// Bytes.
    case binary(ByteBuffer)
}

/// Why a WebSocket ended: the close frame's code and reason (RFC 6455 section 7.4), 1006 where none came.
public struct WebSocketClosure: Sendable, Equatable {
    /// The status code.
    public let code: Int
    /// The reason, for people.
    public let reason: String

    /// A closure from its parts.
    public init(code: Int, reason: String) {
        self.code = code
        self.reason = reason
    }

    /// The connection ended without a close frame.
    public static let abnormal = WebSocketClosure(code: 1006, reason: "")
}

/// An open WebSocket, at either end.
public final class WebSocketConnection: Sendable {
    init() {}
}
