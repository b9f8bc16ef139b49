// Makes a service that speaks no HTTP answer on channels: each connection is a stream of bytes with a task of its own.

import NIOCore
import Synchronization
import Wire

/// Serves connections as ``Wire/ByteStream``s. `ServiceHost` has one for services that ask for it.
final class StreamHost: Sendable {
    private struct Connection {
        let stream: ByteStream
        var task: Task<Void, Never>?
    }

    private struct State {
        var connections: [Int: Connection] = [:]
        var last = 0
        var isStopping = false
        var waiters: [UnsafeContinuation<Void, Never>] = []
    }

    private let serve: @Sendable (ByteStream) async -> Void
    private let state = Mutex(State())

    init(_ serve: @escaping @Sendable (ByteStream) async -> Void) { self.serve = serve }

    /// How many connections have tasks that still run.
    var connectionCount: Int { state.withLock { $0.connections.count } }

    /// Serves an accepted channel. The future fails once the host is stopping.
    func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let stream = try ByteStream.install(on: channel)
            let id = state.withLock { state -> Int? in
                guard !state.isStopping else { return nil }
                state.last += 1
                state.connections[state.last] = Connection(stream: stream)
                return state.last
            }
            guard let id else { throw ChannelError.ioOnClosedChannel }
            let task = Task { [self] in
                await serve(stream)
                stream.close()
                leave(id)
            }
            state.withLock { $0.connections[id]?.task = task }
            // Whoever waits for something else than bytes, a blocking command say, learns of the end this way.
            channel.closeFuture.whenComplete { _ in task.cancel() }
        }
    }

    /// Closes all connections, and returns when every task has ended. Nothing is under way between two commands that
    /// would be worth a grace.
    func shutDown() async {
        let connections = state.withLock { state in
            state.isStopping = true
            return state.connections.sorted { $0.key < $1.key }.map(\.value)
        }
        for connection in connections {
            connection.stream.close()
            connection.task?.cancel()
        }
        await withUnsafeContinuation { waiter in
            let isOver = state.withLock { state in
                if !state.connections.isEmpty { state.waiters.append(waiter) }
                return state.connections.isEmpty
            }
            if isOver { waiter.resume() }
        }
    }

    private func leave(_ id: Int) {
        let waiters = state.withLock { state in
            state.connections[id] = nil
            guard state.isStopping, state.connections.isEmpty else { return [UnsafeContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
