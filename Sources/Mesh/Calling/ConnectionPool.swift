// The connections of one link that wait for their next call.

import Synchronization
import Wire

/// The idle HTTP connections from one caller to one service, the last used first.
final class ConnectionPool: Sendable {
    private struct State {
        var idle: [HTTPClientConnection] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    /// An idle connection that can take a call, if there is one.
    func take() -> HTTPClientConnection? {
        state.withLock { state in
            while let connection = state.idle.popLast() {
                if connection.isReusable { return connection }
            }
            return nil
        }
    }

    /// Takes a connection back.
    func put(_ connection: HTTPClientConnection) {
        let isLate = state.withLock { state in
            if !state.isClosed { state.idle.append(connection) }
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
        for connection in idle { connection.close() }
    }
}
