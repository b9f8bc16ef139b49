// The connections of one link that wait for their next call.

import Kernel
import Synchronization
import Wire

/// The idle HTTP connections from one caller to one service, the last used first.
final class ConnectionPool: Sendable {
    private struct State {
        var idle: [(connection: HTTPClientConnection, since: Instant)] = []
        var isClosed = false
    }

    /// How long a connection may wait for its next call: services close theirs after 75 s, and a call must not meet that.
    private static let waitLimit = Duration.seconds(60)

    private let state = Mutex(State())
    private let clock = WorldClock()

    /// An idle connection that can take a call, if there is one. Those that have waited for too long are closed.
    func take() -> HTTPClientConnection? {
        let now = clock.now
        let (taken, old) = state.withLock { state -> (HTTPClientConnection?, [HTTPClientConnection]) in
            while let (connection, since) = state.idle.popLast() {
                if since.duration(to: now) > Self.waitLimit {
                    // Those below have waited even longer.
                    let old = [connection] + state.idle.map(\.connection)
                    state.idle = []
                    return (nil, old)
                }
                if connection.isReusable { return (connection, []) }
            }
            return (nil, [])
        }
        for connection in old { connection.close() }
        return taken
    }

    /// Takes a connection back.
    func put(_ connection: HTTPClientConnection) {
        let now = clock.now
        let isLate = state.withLock { state in
            if !state.isClosed { state.idle.append((connection, now)) }
            return state.isClosed
        }
        if isLate { connection.close() }
    }

    /// Closes all that is idle, and later all that becomes so.
    func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        for (connection, _) in idle { connection.close() }
    }
}
