// The limits of the events service, as /ws/config tells them.

import Kernel
import Wire

/// The limits of the service.
struct EventsLimits {
    /// Events that are kept of a user, sent or not; then the oldest gives way.
    var eventsKept = 1000
    /// How long an event is kept.
    var eventAge = Duration.seconds(300)
    /// Frames that wait to be written to one connection; then it is closed with 1013, as too slow, and takes no more.
    var framesWaiting = 2048
    /// Messages of one connection that wait for the agent; then further ones are refused.
    var handOversWaiting = 32
    /// Bytes of a client's message; a larger one closes the connection with 1009.
    var messageBytes = 8192
    /// Messages of a user within a minute, pings and heartbeats not counted; then further ones are refused.
    var messagesPerMinute = 30
    /// Connections of a user; a further one is closed with 1008.
    var connectionsPerUser = 10
    /// How long the events that waited are held back on a new connection, so that a `resume` can come before them.
    var flushDelay = Duration.milliseconds(100)
    /// Silence of the client after which a heartbeat is sent, and every time that long again.
    var heartbeatInterval = Duration.seconds(10)
    /// How often the peer is pinged, and how long it may take to answer; then the connection is closed with 1011.
    var pingInterval = Duration.seconds(20)
    var pongTimeout = Duration.seconds(20)
    /// How long a closing connection may take to write what it is writing and to close, before it is given up.
    var closingTime = Duration.seconds(5)

    /// The limits as clients are told.
    var json: JSONValue {
        func seconds(_ duration: Duration) -> JSONValue { .number(duration.milliseconds / 1000) }
        return [
            "heartbeat_interval": seconds(heartbeatInterval), "ping_interval": seconds(pingInterval),
            "ping_timeout": seconds(pongTimeout), "max_message_size": JSONValue(messageBytes),
            "max_messages_per_minute": JSONValue(messagesPerMinute), "max_connections_per_user": JSONValue(connectionsPerUser),
            "max_queued_events": JSONValue(eventsKept), "queued_event_age": seconds(eventAge), "compression_enabled": false,
        ]
    }
}
