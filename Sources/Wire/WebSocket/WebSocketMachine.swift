// The protocol of an open WebSocket, at either end: decisions only, no I/O (RFC 6455 sections 5 to 8).

import NIOCore
import NIOWebSocket

/// The state of an open WebSocket, as a value: frames in, actions out.
struct WebSocketMachine {
    /// Which end this is: clients mask what they send, servers do not.
    enum Side { case client, server }

    /// A frame to send; the shell masks it where it must.
    struct Frame: Equatable {
        let opcode: WebSocketOpcode
        let payload: ByteBuffer
    }

    enum Action: Equatable {
        /// A message is complete.
        case deliver(WebSocketMessage)
        case send(Frame)
        /// A pong came.
        case pong(ByteBuffer)
        /// Nothing more will be delivered.
        case end(WebSocketClosure)
        /// Close the channel.
        case hangUp
        /// Close the channel's output, and the rest once the peer has closed its own.
        case hangUpGently
        /// The peer, a server, closes the channel; do it where it does not.
        case awaitHangUp
    }

    private enum State { case open, closing, closed }

    /// The largest message that is taken, in bytes.
    let messageLimit: Int
    private let side: Side
    private var state = State.open
    private var fragments: (opcode: WebSocketOpcode, payload: ByteBuffer)?

    init(side: Side, messageLimit: Int) {
        self.side = side
        self.messageLimit = messageLimit
    }

    /// Whether messages may be sent.
    var isOpen: Bool { state == .open }

    /// A frame arrived.
    mutating func receive(_ frame: WebSocketFrame) -> [Action] {
        guard state != .closed else { return [] }
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return fail(1002, "a reserved bit is set, and no extension was agreed on")
        }
        guard (frame.maskKey != nil) == (side == .server) else {
            return fail(1002, side == .server ? "a client's frame is not masked" : "a server's frame is masked")
        }
        let payload = frame.unmaskedData
        switch frame.opcode {
        case .text, .binary: return begin(frame.opcode, payload, isLast: frame.fin)
        case .continuation: return proceed(payload, isLast: frame.fin)
        case .ping: return state == .open ? [.send(Frame(opcode: .pong, payload: payload))] : []
        case .pong: return [.pong(payload)]
        case .connectionClose: return receiveClose(payload)
        default: return fail(1002, "opcode \(frame.opcode) is not known")
        }
    }

    /// This end closes. Nothing happens where it did so already.
    mutating func close(_ closure: WebSocketClosure) -> [Action] {
        guard state == .open else { return [] }
        state = .closing
        return [.send(Self.closeFrame(closure))]
    }

    /// The peer broke the protocol: tells it so, and ends.
    mutating func fail(_ code: Int, _ reason: String) -> [Action] {
        defer {
            state = .closed
            fragments = nil
        }
        let closure = WebSocketClosure(code: code, reason: reason)
        switch state {
        case .open: return [.send(Self.closeFrame(closure)), .end(closure), .hangUpGently]
        case .closing: return [.end(closure), .hangUp]
        case .closed: return []
        }
    }

    /// The connection ended, or the peer did not answer a close frame in time.
    mutating func lose() -> [Action] {
        guard state != .closed else { return [] }
        state = .closed
        return [.end(.abnormal), .hangUp]
    }

    private mutating func begin(_ opcode: WebSocketOpcode, _ payload: ByteBuffer, isLast: Bool) -> [Action] {
        guard fragments == nil else { return fail(1002, "a message began inside another") }
        guard payload.readableBytes <= messageLimit else { return tooLarge() }
        if isLast { return deliver(opcode, payload) }
        fragments = (opcode, payload)
        return []
    }

    private mutating func proceed(_ payload: ByteBuffer, isLast: Bool) -> [Action] {
        guard var message = fragments.take() else { return fail(1002, "a continuation without a beginning") }
        guard message.payload.readableBytes + payload.readableBytes <= messageLimit else { return tooLarge() }
        message.payload.writeImmutableBuffer(payload)
        if isLast { return deliver(message.opcode, message.payload) }
        fragments = message
        return []
    }

    private mutating func deliver(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) -> [Action] {
        if opcode == .binary { return [.deliver(.binary(payload))] }
        guard let text = Self.text(payload) else { return fail(1007, "a text is not UTF-8") }
        return [.deliver(.text(text))]
    }

    private mutating func receiveClose(_ payload: ByteBuffer) -> [Action] {
        var payload = payload
        var closure = WebSocketClosure.unexplained
        if payload.readableBytes > 0 {
            guard let code = payload.readInteger(as: UInt16.self), WebSocketClosure.isSendable(Int(code)) else {
                return fail(1002, "a close frame has no valid code")
            }
            guard let reason = Self.text(payload) else { return fail(1007, "a close frame's reason is not UTF-8") }
            closure = WebSocketClosure(code: Int(code), reason: reason)
        }
        let wasOpen = state == .open
        state = .closed
        let end: [Action] = [.end(closure), side == .server ? .hangUp : .awaitHangUp]
        return wasOpen ? [.send(Self.closeFrame(WebSocketClosure(code: closure.code, reason: "")))] + end : end
    }

    private mutating func tooLarge() -> [Action] { fail(1009, "a message is larger than \(messageLimit) bytes") }

    /// A close frame; one without a code for 1005, and with no more of the reason than fits.
    private static func closeFrame(_ closure: WebSocketClosure) -> Frame {
        var payload = ByteBuffer()
        if closure.code != WebSocketClosure.unexplained.code {
            payload.writeInteger(UInt16(closure.code))
            // A control frame's payload is at most 125 bytes (section 5.5); characters are not cut in two.
            var room = 123
            for character in closure.reason {
                room -= character.utf8.count
                if room < 0 { break }
                payload.writeString(String(character))
            }
        }
        return Frame(opcode: .connectionClose, payload: payload)
    }

    private static func text(_ bytes: ByteBuffer) -> String? {
        bytes.withUnsafeReadableBytes { String(utf8: $0.assumingMemoryBound(to: UInt8.self)) }
    }
}
