// One accepted connection from its first frame to its last: a reader, a writer, a time-keeper, a pinger and a messenger.

import Kernel
import ServiceKit
import Wire

/// Serves one connection.
///
/// Tasks of their own, so that nothing waits for what it need not: the reader answers pings while the messenger waits for the
/// agent; only the writer writes, so frames never overtake each other; the time-keeper sends heartbeats and ends
/// the connection with its token; the pinger finds out whether the peer is there. The first of them to end ends the others.
struct ConnectionSession: Sendable {
    /// What the messenger carries to the agent.
    private enum Errand: Sendable {
        case handOver(HandOver)
        case status(run: String, messageID: String?)

        var messageID: String? {
            switch self {
            case .handOver(let handOver): handOver.messageID
            case .status(_, let messageID): messageID
            }
        }
    }

    let context: ServiceContext
    let hub: ConnectionHub
    let limits: EventsLimits
    let userID: String
    let token: String
    let lastSequence: Int?

    /// Serves a connection until it is closed.
    func serve(_ socket: WebSocketConnection) async throws {
        let opening = ConnectionTable.Opening(
            userID: userID, name: "main_" + context.chance.hex("connection", for: userID),
            tokenExpiry: AccessTokenExpiry.read(token), lastSequence: lastSequence)
        let now = context.clock.now
        let (id, bell) = hub.open { $0.open(opening, at: now) }
        defer {
            let isBroken = socket.closure.map { $0.code == 1006 } ?? true
            if !(isBroken && context.deviates(.brokenConnectionLeak)) { hub.remove(id, at: context.clock.now) }
        }
        let (errands, messenger) = AsyncStream<Errand>.makeStream(bufferingPolicy: .bufferingOldest(limits.handOversWaiting))
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try? await read(socket, id, messenger) }
            tasks.addTask { try? await write(socket, id, bell) }
            tasks.addTask { try? await keepTime(socket, id) }
            tasks.addTask { try? await carry(errands, id) }
            if context.deviates(.timerLeak) {
                Task { while true { try await context.clock.sleep(for: limits.pingInterval) } }
            }
            if !context.deviates(.heartbeatMissing) { tasks.addTask { try? await keepPinging(socket, id) } }
            await tasks.next()
            tasks.cancelAll()
        }
        // Where the service itself is ended, the peer is to be told so.
        try Task.checkCancellation()
    }

    private func read(
        _ socket: WebSocketConnection, _ id: ConnectionID, _ messenger: AsyncStream<Errand>.Continuation
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
            let action = Inbound.decide(text, from: userID, at: now, deviations: context.deviations)
            if let wait = rateLimit(action, id, at: now) {
                hub.update(id) { $0.send(refusal(of: text, after: wait, at: now), to: id) }
                continue
            }
            switch action {
            case .reply(let frame), .keepAlive(let frame): hub.update(id) { $0.send(frame, to: id) }
            case .handOver(let handOver): send(.handOver(handOver), messenger, id)
            case .status(let run, let messageID): send(.status(run: run, messageID: messageID), messenger, id)
            case .resume(let last, let messageID): hub.update(id) { $0.resume(id, after: last, answering: messageID, at: now) }
            case .drop: break
            }
        }
    }

    /// How long the user has to wait before such a message is taken; nil where it is taken now.
    private func rateLimit(_ action: InboundAction, _ id: ConnectionID, at now: Instant) -> Duration? {
        if case .keepAlive = action { return nil }
        return hub.update(id) { $0.admit(id, at: now) }
    }

    private func refusal(of text: String, after wait: Duration, at now: Instant) -> String {
        let seconds = (wait.milliseconds / 1000).rounded(.up)
        return ServerFrame.error(
            .rate, "More than \(limits.messagesPerMinute) messages came within a minute.",
            details: [
                "limit": JSONValue(limits.messagesPerMinute), "window_seconds": 60, "retry_after_seconds": .number(seconds),
            ],
            suggestions: ["Send the message again in \(Int(seconds)) s."], at: now,
            answering: (try? JSONValue(json: text))?["message_id"]?.string)
    }

    private func send(_ errand: Errand, _ messenger: AsyncStream<Errand>.Continuation, _ id: ConnectionID) {
        guard case .dropped = messenger.yield(errand) else { return }
        let frame = ServerFrame.error(
            .agentRequest, "\(limits.handOversWaiting) messages wait for the agent already.",
            suggestions: ["Wait for their answers."], at: context.clock.now, answering: errand.messageID)
        hub.update(id) { $0.send(frame, to: id) }
    }

    /// Waits for the writer to close the connection.
    private func untilCancelled() async throws {
        while true { try await context.clock.sleep(for: limits.closingTime) }
    }

    private func write(_ socket: WebSocketConnection, _ id: ConnectionID, _ bell: AsyncStream<Void>) async throws {
        for await _ in bell {
            working: while true {
                switch hub.next(id) {
                case .send(let text, let arrival):
                    if let arrival, context.deviates(.slowDelivery) {
                        try await context.clock.sleep(until: arrival + .milliseconds(700), tolerance: nil)
                    }
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

    /// Pings the peer again and again; that no answer comes is noticed by the time-keeper.
    private func keepPinging(_ socket: WebSocketConnection, _ id: ConnectionID) async throws {
        while true {
            try await context.clock.sleep(for: limits.pingInterval)
            let now = context.clock.now
            hub.update(id) { $0.pinged(id, at: now) }
            try await socket.ping()
            hub.update(id) { $0.ponged(id) }
        }
    }

    private func carry(_ errands: AsyncStream<Errand>, _ id: ConnectionID) async throws {
        let agent = AgentHandOver(context: context, userID: userID, token: token)
        for await errand in errands {
            let frame =
                switch errand {
                case .handOver(let handOver): try await agent.perform(handOver)
                case .status(let run, let messageID): try await agent.status(of: run, answering: messageID)
                }
            hub.update(id) { $0.send(frame, to: id) }
        }
    }
}
