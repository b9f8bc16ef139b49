// What a WebSocket carries and how it ends, as services and clients see it (RFC 6455).

public import NIOCore

/// One message of a WebSocket.
public enum WebSocketMessage: Sendable, Equatable {
    /// Text; UTF-8 on the wire.
    case text(String)
    /// Bytes.
    case binary(ByteBuffer)

    /// The size of its payload, in bytes.
    public var size: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .binary(let bytes): bytes.readableBytes
        }
    }
}

/// Why a WebSocket ended: the close frame's code and reason (RFC 6455 section 7.4), 1006 where none came.
public struct WebSocketClosure: Sendable, Equatable {
    /// The status code; 1005 where the close frame had none.
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

    /// The peer closed without saying why.
    static let unexplained = WebSocketClosure(code: 1005, reason: "")

    /// Whether a close frame may carry the code (RFC 6455 sections 7.4.1 and 7.4.2, and the registry they set up).
    public static func isSendable(_ code: Int) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

/// A WebSocket was used after its end.
public struct WebSocketClosedError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Why it ended, if that is known yet.
    public let closure: WebSocketClosure?

    public var description: String {
        guard let closure else { return "the WebSocket is being closed, nothing can be sent any more." }
        let reason = closure.reason.isEmpty ? "" : " (\(closure.reason))"
        return "the WebSocket was closed with code \(closure.code)\(reason), nothing can be sent any more."
    }
}
