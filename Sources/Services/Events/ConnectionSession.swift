// One accepted connection from its first frame to its last: a reader, a writer, a time-keeper and a messenger.

import Kernel
import ServiceKit
import Wire

/// Serves one connection.
///
/// Four tasks, so that nothing waits for what it need not: the reader answers pings while the messenger waits for the
/// agent; only the writer writes, so frames never overtake each other; the time-keeper sends heartbeats and ends
/// the connection with its token. The first of them to end ends the others.
struct ConnectionSession: Sendable {
    let context: ServiceContext
    let hub: ConnectionHub
    let limits: EventsLimits
    let userID: String
    let token: String

    /// Serves a connection until it is closed.
    func serve(_ socket: WebSocketConnection) async throws {
        let opening = ConnectionTable.Opening(
            userID: userID, name: "main_" + context.chance.hex("connection", for: userID),
            tokenExpiry: AccessTokenExpiry.read(token))
        let now = context.clock.now
        let (id, bell) = hub.open { $0.open(opening, at: now) }
        defer { hub.remove(id) }
        let (messages, messenger) = AsyncStream<HandOver>.makeStream(bufferingPolicy: .bufferingOldest(limits.handOversWaiting))
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try? await read(socket, id, messenger) }
            tasks.addTask { try? await write(socket, id, bell) }
            tasks.addTask { try? await keepTime(socket, id) }
            tasks.addTask { try? await carry(messages, id) }
            await tasks.next()
            tasks.cancelAll()
        }
        // Where the service itself is ended, the peer is to be told so.
        try Task.checkCancellation()
    }

    private func read(
        _ socket: WebSocketConnection, _ id: ConnectionID, _ messenger: AsyncStream<HandOver>.Continuation
    ) async throws {
        for try await message in socket.messages {
            let now = context.clock.now
            guard case .text(let text) = message else {
                hub.update(id) { $0.close(id, code: 1003, "Messages are texts") }
                return try await untilCancelled()
            }
            guard hub.update(id, { $0.received(id, bytes: text.utf8.count, at: now) }) else {
                return try await untilCancelled()
            }
            switch Inbound.decide(text, from: userID, at: now) {
            case .reply(let frame): hub.update(id) { $0.send(frame, to: id) }
            case .handOver(let handOver):
                if case .dropped = messenger.yield(handOver) {
                    let frame = ServerFrame.error(
                        .agentRequest, "\(limits.handOversWaiting) messages wait for the agent already.",
                        suggestions: ["Wait for their answers."], at: now, answering: handOver.messageID)
                    hub.update(id) { $0.send(frame, to: id) }
                }
            }
        }
    }

    /// Waits for the writer to close the connection.
    private func untilCancelled() async throws {
        while true { try await context.clock.sleep(for: limits.closingTime) }
    }

    private func write(_ socket: WebSocketConnection, _ id: ConnectionID, _ bell: AsyncStream<Void>) async throws {
        for await _ in bell {
            working: while true {
                switch hub.next(id) {
                case .send(let text):
                    try await socket.send(.text(text))
                    hub.sent(id)
                case .close(let closure): return try await socket.close(code: closure.code, reason: closure.reason)
                case .wait: break working
                }
            }
        }
    }

    private func keepTime(_ socket: WebSocketConnection, _ id: ConnectionID) async throws {
        while true {
            let now = context.clock.now
            guard let deadline = hub.update(id, { $0.tick(id, at: now) }) else { break }
            try await context.clock.sleep(until: deadline, tolerance: nil)
        }
        // The writer hangs in a peer that reads nothing.
        socket.abort()
    }

    private func carry(_ messages: AsyncStream<HandOver>, _ id: ConnectionID) async throws {
        let agent = AgentHandOver(context: context, userID: userID, token: token)
        for await message in messages {
            let frame = try await agent.perform(message)
            hub.update(id) { $0.send(frame, to: id) }
        }
    }
}
