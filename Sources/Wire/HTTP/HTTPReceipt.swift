// What a client connection makes of the parts of one response after the other: decisions only, no I/O (RFC 9112).

import NIOCore
import NIOHTTP1

/// The state of an HTTP/1.1 client connection, as a value.
///
/// The head is held back until the first pieces of the body are there too, so that a response that came in one
/// piece wakes its reader once.
struct HTTPReceipt {
    enum Action: Equatable {
        /// The whole response is there, and the connection can take the next call or not.
        case answer(HTTPResponseHead, body: ByteBuffer, reusable: Bool)
        /// The response began; its body follows by pieces, of which the first may be empty.
        case begin(HTTPResponseHead, first: ByteBuffer)
        /// A piece of the body.
        case piece(ByteBuffer)
        /// The body is complete, and the connection can take the next call or not.
        case finish(reusable: Bool)
        /// The response will never be complete.
        case fail(String)
        /// The connection is of no use any more.
        case close
    }

    private enum State {
        case idle
        case waiting
        case holding(HTTPResponseHead, ByteBuffer)
        case streaming(keepAlive: Bool)
        case closed
    }

    private var state = State.idle

    /// Whether a response is expected or under way.
    var isBusy: Bool {
        switch state {
        case .waiting, .holding, .streaming: true
        case .idle, .closed: false
        }
    }

    /// A request is about to be sent; whether it may.
    mutating func send() -> Bool {
        guard case .idle = state else { return false }
        state = .waiting
        return true
    }

    /// A part of a response arrived.
    mutating func receive(_ part: HTTPClientResponsePart) -> [Action] {
        switch (state, part) {
        case (.waiting, .head(let head)) where head.status == .switchingProtocols:
            return lose("it answered with 101 Switching Protocols, which was not asked for")
        case (.waiting, .head(let head)):
            state = .holding(head, ByteBuffer())
            return []
        case (.holding(let head, var body), .body(var piece)):
            state = .waiting
            if body.readableBytes == 0 { body = piece } else { body.writeBuffer(&piece) }
            state = .holding(head, body)
            return []
        case (.holding(let head, let body), .end):
            state = head.isKeepAlive ? .idle : .closed
            let answer = Action.answer(head, body: body, reusable: head.isKeepAlive)
            return head.isKeepAlive ? [answer] : [answer, .close]
        case (.streaming, .body(let piece)):
            return piece.readableBytes > 0 ? [.piece(piece)] : []
        case (.streaming(let keepAlive), .end):
            state = keepAlive ? .idle : .closed
            return keepAlive ? [.finish(reusable: true)] : [.finish(reusable: false), .close]
        case (.closed, _):
            return []
        case (.idle, _), (.waiting, _), (.holding, .head), (.streaming, .head):
            return lose("it sent a response that nobody asked for")
        }
    }

    /// Everything that was there for now was read.
    mutating func pause() -> [Action] {
        guard case .holding(let head, let body) = state else { return [] }
        state = .streaming(keepAlive: head.isKeepAlive)
        return [.begin(head, first: body)]
    }

    /// The connection failed or ended.
    mutating func lose(_ reason: String) -> [Action] {
        defer { state = .closed }
        switch state {
        case .waiting, .streaming: return [.fail(reason), .close]
        // The head is handed out first: a caller may judge by the status even where the body was cut.
        case .holding(let head, let body): return [.begin(head, first: body), .fail(reason), .close]
        case .idle: return [.close]
        case .closed: return []
        }
    }
}
