// Calls over the mesh: a replica, a connection from the pool or a new one over the link, the reply, and another attempt.

import HTTPTypes
import Kernel
import NIOCore
public import Wire

extension Mesh {
    /// A way for one party to call a service.
    public func caller(from party: Endpoint, to service: String) -> Caller {
        let route = self.route(party, service)
        let way = self.way(LinkName(from: party, to: .service(service)))
        return Caller(
            service: service,
            send: { [self] call in
                if route.policy.isPlain, !directory.isReplicated(service) {
                    return try await once { try await waiting(for: Self.reason(call, way)) { try await send(call, way) } }
                }
                return try await repeating(call, on: route) { way in
                    if let limit = route.policy.timeout { return try await send(call, way, within: limit) }
                    return try await waiting(for: Self.reason(call, way)) { try await send(call, way) }
                } outcome: {
                    AttemptOutcome($0.head)
                } discard: { reply in
                    // Read to its end, so that its connection can be used again.
                    _ = try? await reply.collected(upTo: 1 << 16)
                }
            },
            open: { [self] call, subprotocols in
                if route.policy.isPlain, !directory.isReplicated(service) {
                    return try await once { try await open(call, subprotocols, way) }
                }
                return try await repeating(call, on: route) { way in
                    try await open(call, subprotocols, way)
                } outcome: { _ in
                    .answered
                } discard: { _ in
                }
            })
    }

    /// Makes the one attempt at a call.
    private func once<Answer>(_ perform: () async throws -> Answer) async throws -> Answer {
        do { return try await perform() } catch let unsent as Unsent { throw unsent.error }
    }

    /// Makes a call until an attempt succeeds, or the route says that there is to be no other.
    private func repeating<Answer: Sendable>(
        _ call: Call, on route: CallRoute, _ perform: (CallWay) async throws -> Answer,
        outcome judge: (Answer) -> AttemptOutcome, discard: (Answer) async -> Void
    ) async throws -> Answer {
        route.begin()
        var tried: [Endpoint] = []
        while true {
            let replica = try route.admit(call, try directory.replicas(of: route.service), tried: tried)
            tried.append(replica)
            let result: Result<Answer, any Error>
            do {
                result = .success(try await perform(way(LinkName(from: route.caller, to: replica))))
            } catch let error { result = .failure(error) }
            let outcome = result.outcome(judge)
            route.note(outcome, of: replica)
            guard let wait = route.wait(after: outcome, of: call, attempt: tried.count) else {
                return try result.mapError { ($0 as? Unsent)?.error ?? $0 }.get()
            }
            if case .success(let answer) = result { await discard(answer) }
            try await rest(wait, as: route.caller)
        }
    }

    private static func reason(_ call: Call, _ way: CallWay) -> WaitReason {
        WaitReason("the reply to", call.head.method.rawValue, call.head.path, on: way.label)
    }

    private func send(_ call: Call, _ way: CallWay) async throws -> StreamedReply {
        try await connection(way, for: call).send(call)
    }

    /// Makes one attempt, and gives it up after `limit`.
    private func send(_ call: Call, _ way: CallWay, within limit: Duration) async throws -> StreamedReply {
        try await withThrowingTaskGroup(of: StreamedReply?.self) { tasks in
            tasks.addTask { [self] in try await waiting(for: Self.reason(call, way)) { try await send(call, way) } }
            tasks.addTask { [self] in
                try await rest(limit, as: way.name.caller)
                return nil
            }
            defer { tasks.cancelAll() }
            guard let reply = try await tasks.next() ?? nil else {
                throw CallError.timedOut(service: way.name.callee.role, request: call.summary, after: limit)
            }
            return reply
        }
    }

    private func connection(_ way: CallWay, for call: Call) async throws -> HTTPClientConnection {
        if let idle = way.pool.take() { return idle }
        let pool = way.pool
        let connection = HTTPClientConnection(service: way.name.callee.role, stallLimit: stallLimit) { pool.put($0) }
        _ = try await dial(way.name, for: call) { connection.configure($0) }
        return connection
    }

    private func open(_ call: Call, _ subprotocols: [String], _ way: CallWay) async throws -> WebSocketConnection {
        try await waiting(for: WaitReason("the WebSocket", call.head.path, on: way.label)) {
            let key = maskKeys(way.name)
            let upgrade = WebSocketUpgrade(
                call, service: way.name.callee.role, subprotocols: subprotocols, stallLimit: stallLimit, maskKey: key)
            _ = try await dial(way.name, for: call) { upgrade.configure($0) }
            return try await upgrade.connection()
        }
    }

    private func dial(
        _ name: LinkName, for call: Call, _ prepare: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel {
        do {
            return try await connect(on: name, prepare)
        } catch let error as TransportError {
            throw Unsent(
                error: .connectionLost(service: name.callee.role, request: call.summary, reason: error.description))
        }
    }
}

/// One way to one replica: its link's name, and the connections that wait there.
final class CallWay: Sendable {
    let name: LinkName
    let label: String
    let pool = ConnectionPool()

    init(_ name: LinkName) {
        self.name = name
        label = name.description
    }
}

/// A call that failed before anything of it was sent.
private struct Unsent: Error {
    let error: CallError
}

extension Result where Failure == any Error {
    /// What came of an attempt.
    fileprivate func outcome(_ judge: (Success) -> AttemptOutcome) -> AttemptOutcome {
        switch self {
        case .success(let answer): judge(answer)
        case .failure(let unsent as Unsent): .unsent(unsent.error.description)
        case .failure(is CancellationError): .abandoned
        case .failure(CallError.upgradeRefused(_, let status, _)):
            status == 503 || status == 502 ? .declined(status: status, retryAfter: nil) : .answered
        case .failure(let error): .lost("\(error)")
        }
    }
}
