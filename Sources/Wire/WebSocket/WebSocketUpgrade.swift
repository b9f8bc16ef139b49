// How a client gets a WebSocket: the upgrade request and the check of its answer (RFC 6455 section 4.1).

import Foundation
import HTTPTypes
public import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1
import NIOWebSocket
import Synchronization

/// One attempt to open a WebSocket over a fresh channel.
///
/// Call ``configure(_:)`` where the channel's pipeline is set up; the request is sent as soon as the channel is
/// active, and ``connection()`` returns what became of it.
public final class WebSocketUpgrade: Sendable {
    let call: Call
    let service: String
    let authority: String
    let subprotocols: [String]
    let messageLimit: Int
    let stallLimit: Duration?
    let maskKey: @Sendable () -> UInt32

    private struct State {
        var outcome: Result<WebSocketConnection, any Error>?
        var channel: (any Channel)?
        var waiter: UnsafeContinuation<WebSocketConnection, any Error>?
    }

    private let state = Mutex(State())

    /// An upgrade by a GET request, to the path and with the fields of `call`.
    ///
    /// `authority` is sent as `Host`, the service's name if none is given. `maskKey` makes the keys that mask frames,
    /// and the key of the handshake. Messages larger than `messageLimit` bytes close the WebSocket with 1009. The
    /// upgrade fails when nothing has come for `stallLimit`; an open WebSocket may be silent.
    public init(
        _ call: Call, service: String, authority: String? = nil, subprotocols: [String] = [], messageLimit: Int = 1 << 20,
        stallLimit: Duration? = nil, maskKey: @escaping @Sendable () -> UInt32 = { UInt32.random(in: .min ... .max) }
    ) {
        self.call = call
        self.service = service
        self.authority = authority ?? service
        self.subprotocols = subprotocols
        self.messageLimit = messageLimit
        self.stallLimit = stallLimit
        self.maskKey = maskKey
    }

    /// Adds the handlers that ask for the upgrade at the end of a channel's pipeline. Call it once.
    public func configure(_ channel: any Channel) -> EventLoopFuture<Void> {
        state.withLock { $0.channel = channel }
        return channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let encoder = HTTPRequestEncoder()
            let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
            try pipeline.addHandler(encoder)
            try pipeline.addHandler(decoder)
            try pipeline.addHandler(WebSocketUpgradeHandler(self, encoder: encoder, decoder: decoder))
        }
    }

    /// The open WebSocket. Throws ``CallError/upgradeRefused(service:status:body:)`` where the service answers with
    /// anything but a valid 101, ``CallError/connectionLost(service:request:reason:)`` where the connection ends
    /// before. Cancelling the task closes the channel.
    public func connection() async throws -> WebSocketConnection {
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { waiter in
                let outcome = state.withLock { state -> Result<WebSocketConnection, any Error>? in
                    if state.outcome == nil { state.waiter = waiter }
                    return state.outcome
                }
                if let outcome { waiter.resume(with: outcome) }
            }
        } onCancel: {
            finish(.failure(CancellationError()))
        }
    }

    /// The first outcome counts; any but success closes the channel.
    func finish(_ outcome: Result<WebSocketConnection, any Error>) {
        typealias Parties = (waiter: UnsafeContinuation<WebSocketConnection, any Error>?, abandoned: (any Channel)?)
        let (waiter, abandoned) = state.withLock { state -> Parties in
            guard state.outcome == nil else { return (nil, nil) }
            state.outcome = outcome
            if case .success = outcome { return (state.waiter.take(), nil) }
            return (state.waiter.take(), state.channel)
        }
        abandoned?.close(promise: nil)
        waiter?.resume(with: outcome)
    }

    func lose(_ reason: String) {
        finish(.failure(CallError.connectionLost(service: service, request: call.summary, reason: reason)))
    }

    func refuse(_ status: HTTPResponseStatus, _ body: String) {
        finish(.failure(CallError.upgradeRefused(service: service, status: Int(status.code), body: body)))
    }

    /// The key of the handshake: 16 bytes, in base64 (section 4.1, point 7).
    func makeKey() -> String {
        let bytes = (0..<4).flatMap { _ in withUnsafeBytes(of: maskKey().bigEndian) { Array($0) } }
        return Data(bytes).base64EncodedString()
    }

    /// The upgrade request.
    func requestHead(key: String) throws -> HTTPRequestHead {
        var request = call.head
        request.method = .get
        request.authority = authority
        var head = try HTTPRequestHead(request)
        for name in ["Content-Length", "Transfer-Encoding"] { head.headers.remove(name: name) }
        head.headers.replaceOrAdd(name: "Connection", value: "Upgrade")
        head.headers.replaceOrAdd(name: "Upgrade", value: "websocket")
        head.headers.replaceOrAdd(name: "Sec-WebSocket-Version", value: "13")
        head.headers.replaceOrAdd(name: "Sec-WebSocket-Key", value: key)
        if !subprotocols.isEmpty {
            head.headers.replaceOrAdd(name: "Sec-WebSocket-Protocol", value: subprotocols.joined(separator: ", "))
        }
        return head
    }

    /// What is wrong with a 101 (section 4.1, the client's checks), nil where nothing is.
    func fault(in head: HTTPResponseHead, key: String) -> String? {
        let check = NIOWebSocketClientUpgrader(
            requestKey: key,
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeSucceededVoidFuture()
            })
        guard head.headers[canonicalForm: "Upgrade"].contains(where: { $0.lowercased() == "websocket" }),
            head.headers[canonicalForm: "Connection"].contains(where: { $0.lowercased() == "upgrade" })
        else { return "its Upgrade and Connection fields do not say websocket" }
        guard check.shouldAllowUpgrade(upgradeResponse: head) else { return "its Sec-WebSocket-Accept does not fit the key" }
        guard !head.headers.contains(name: "Sec-WebSocket-Extensions") else { return "it uses an extension that was not offered" }
        let chosen = head.headers["Sec-WebSocket-Protocol"]
        guard chosen.count <= 1, chosen.allSatisfy(subprotocols.contains) else {
            return "it chose a subprotocol that was not offered: \(chosen.joined(separator: ", "))"
        }
        return nil
    }
}
