// One connection that a service host serves: its channel, and the tasks that work for it.

import HTTPTypes
import NIOCore
import Synchronization
import Wire

/// A served connection, known to its host until its channel is closed and its tasks have ended.
final class ServedConnection: Sendable {
    let id: Int
    let channel: any Channel
    let host: ServiceHost
    let handler: ServingHandler

    private struct State {
        var isOpen = true
        var running = 0
        var task: Task<Void, Never>?
        var socket: WebSocketConnection?
        var isStopping = false
        var isCancelled = false
        var timer: Scheduled<Void>?
    }

    private let state = Mutex(State())

    init(id: Int, channel: any Channel, host: ServiceHost, bodyLimit: Int) {
        self.id = id
        self.channel = channel
        self.host = host
        handler = ServingHandler(bodyLimit: bodyLimit)
        handler.connection = self
    }

    /// Has the handler do something; returns at once.
    func perform(_ command: ServingCommand) {
        channel.eventLoop.execute { [handler] in handler.perform(command) }
    }

    /// Writes a piece of a body, and returns when it has left.
    func write(_ piece: ByteBuffer) async throws {
        let written = channel.eventLoop.makePromise(of: Void.self)
        perform(.body(piece, written))
        try await written.futureResult.get()
    }

    /// Answers a request in a task of its own.
    func answer(_ request: HTTPRequest, _ body: ByteBuffer) {
        start { await $0.host.answer(request, body, on: $0) }
    }

    /// Answers a request for a WebSocket in a task of its own, which has the connection from then on.
    func upgrade(_ request: HTTPRequest, _ route: WebSocketRoute) {
        start { await $0.host.upgrade(request, route, on: $0) }
    }

    /// Answers a plain request to a path that takes a WebSocket.
    func explainUpgrade(_ request: HTTPRequest) {
        start { await $0.host.explainUpgrade(request, on: $0) }
    }

    /// The connection has become a WebSocket.
    func becomeWebSocket(_ socket: WebSocketConnection) {
        let isStopping = state.withLock { state in
            state.socket = socket
            return state.isStopping
        }
        if isStopping { closeWebSocket(socket) }
    }

    /// Cancels the task that works for the connection.
    func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }

    /// Ends the connection once nothing is under way, or after `grace` whatever is.
    func stop(grace: TimeAmount) {
        let timer = channel.eventLoop.scheduleTask(in: grace) { [self] in
            channel.close(promise: nil)
            cancel()
        }
        let (socket, isOver) = state.withLock { state in
            state.isStopping = true
            state.timer = timer
            return (state.socket, !state.isOpen && state.running == 0)
        }
        if isOver { timer.cancel() }
        if let socket { closeWebSocket(socket) } else { channel.pipeline.fireUserInboundEventTriggered(ServingStop()) }
    }

    /// Ends the connection at once, so that the other end sees a reset.
    func crash() {
        channel.eventLoop.execute { [channel] in channel.resetPeer() }
        cancel()
    }

    /// The channel was closed.
    func channelClosed() { leave { $0.isOpen = false } }

    private func closeWebSocket(_ socket: WebSocketConnection) {
        start(replacing: false) { _ in
            // A failure means that the channel is closed, which is what is wanted.
            try? await socket.close(code: 1001, reason: "the service is shutting down")
        }
    }

    /// Starts a task for the connection; the one to be cancelled is the latest that answers it.
    private func start(replacing: Bool = true, _ work: @escaping @Sendable (ServedConnection) async -> Void) {
        state.withLock { $0.running += 1 }
        let task = Task {
            await work(self)
            leave { $0.running -= 1 }
        }
        guard replacing else { return }
        let isCancelled = state.withLock { state in
            state.task = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    private func leave(_ change: (inout State) -> Void) {
        let (isOver, timer) = state.withLock { state in
            change(&state)
            let isOver = !state.isOpen && state.running == 0
            return (isOver, isOver ? state.timer.take() : nil)
        }
        timer?.cancel()
        if isOver { host.leave(id) }
    }
}
