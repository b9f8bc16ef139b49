// What time brings to a connection: heartbeats, pings without an answer, events held back, the end of its token.

import Kernel
import Wire

extension ConnectionTable {
    /// A ping went to the peer.
    mutating func pinged(_ id: ConnectionID, at now: Instant) { connections[id]?.pongDeadline = now + limits.pongTimeout }

    /// The peer has answered a ping.
    mutating func ponged(_ id: ConnectionID) { connections[id]?.pongDeadline = nil }

    /// Does what is due: a heartbeat after silence, the closure when the access token ends. Returns when to come
    /// again; nil where the connection is gone, or has been closing for too long.
    mutating func tick(_ id: ConnectionID, at now: Instant) -> Instant? {
        guard let connection = connections[id] else { return nil }
        let expiry = deviates(.wsTokenExpiryIgnored) ? nil : connection.opening.tokenExpiry
        if let expiry, expiry <= now { close(id, code: 1008, "The access token has expired") }
        if let deadline = connection.pongDeadline, deadline <= now { close(id, code: 1011, "No answer came to a ping") }
        if connections[id]?.closure != nil {
            let deadline = connection.closingDeadline ?? now + limits.closingTime
            connections[id]?.closingDeadline = deadline
            return deadline > now ? deadline : nil
        }
        if let hold = connection.hold, hold.until <= now { release(id, at: now) }
        var deadlines = [beat(id, connection, at: now)]
        if let expiry { deadlines.append(expiry) }
        if let hold = connections[id]?.hold { deadlines.append(hold.until) }
        if let deadline = connection.pongDeadline { deadlines.append(deadline) }
        return deadlines.min()
    }

    /// Sends a heartbeat where one is due; returns when the next is.
    private mutating func beat(_ id: ConnectionID, _ connection: Connection, at now: Instant) -> Instant {
        guard connection.heartbeatDeadline <= now else { return connection.heartbeatDeadline }
        if !deviates(.heartbeatMissing) {
            let frame = ServerFrame.heartbeat(
                connection: connection.opening.name, messages: connection.messagesReceived, events: connection.eventsSent,
                at: now)
            send(frame, to: id)
        }
        let deadline = now + limits.heartbeatInterval
        connections[id]?.heartbeatDeadline = deadline
        return deadline
    }
}
