// Calls over the mesh: a connection from the pool, or a new one over the link, and the reply.

import HTTPTypes
import Kernel
import NIOCore
public import Wire

extension Mesh {
    /// A way for one party to call a service.
    public func caller(from party: Endpoint, to service: String) -> Caller {
        let name = LinkName(from: party, to: .service(service))
        let label = name.description
        let pool = self.pool(name)
        return Caller(
            service: service,
            send: { [self] call in
                try await waiting(for: WaitReason("the reply to", call.head.method.rawValue, call.head.path, on: label)) {
                    try await connection(on: name, from: pool, for: call).send(call)
                }
            },
            open: { [self] call, subprotocols in
                try await waiting(for: WaitReason("the WebSocket", call.head.path, on: label)) {
                    try await open(call, subprotocols: subprotocols, on: name)
                }
            })
    }

    private func connection(
        on name: LinkName, from pool: ConnectionPool, for call: Call
    ) async throws -> HTTPClientConnection {
        if let idle = pool.take() { return idle }
        let connection = HTTPClientConnection(service: name.callee.role, stallLimit: stallLimit) { pool.put($0) }
        _ = try await dial(name, for: call) { connection.configure($0) }
        return connection
    }

    private func open(_ call: Call, subprotocols: [String], on name: LinkName) async throws -> WebSocketConnection {
        let key = maskKeys(name)
        let upgrade = WebSocketUpgrade(
            call, service: name.callee.role, subprotocols: subprotocols, stallLimit: stallLimit, maskKey: key)
        _ = try await dial(name, for: call) { upgrade.configure($0) }
        return try await upgrade.connection()
    }

    private func dial(
        _ name: LinkName, for call: Call, _ prepare: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel {
        do {
            return try await connect(on: name, prepare)
        } catch let error as TransportError {
            throw CallError.connectionLost(service: name.callee.role, request: call.summary, reason: error.description)
        }
    }
}
