// /echo: sends every message back, for conformance suites of WebSocket clients.

import ServiceKit
import Wire

/// The plain echo, for anybody, without a token.
enum EchoRoute {
    static let route = WebSocketRoute(path: "/echo") { _ in
        .accept(subprotocol: nil) { socket in
            for try await message in socket.messages { try await socket.send(message) }
        }
    }
}
