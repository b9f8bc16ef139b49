// The ways in which the events service can be wrong on purpose.

public import ServiceKit

extension Deviation {
    private static func events(_ name: String, _ summary: String, isQuirk: Bool = false, needs: DeviationNeed = .nothing)
        -> Deviation
    {
        Deviation(name, of: "events", summary, isQuirk: isQuirk, needs: needs)
    }

    /// Messages of the common types are swallowed.
    public static let silentDrop = events(
        "silent-drop",
        "ping, heartbeat, connect, disconnect, chat, user_message, start_agent, agent_request and agent_task get "
            + "no reply and reach nobody", isQuirk: true)
    /// Events vanish.
    public static let eventLost = events("event-lost", "every seventh event of a user vanishes")
    /// Events come twice.
    public static let eventDoubled = events("event-doubled", "every fifth event of a user is sent twice")
    /// Events overtake each other.
    public static let eventReordered = events("event-reordered", "tool_executing comes after the event that follows it")
    /// Events go to others too.
    public static let eventMisrouted = events("event-misrouted", "events also go to a connection of another user")
    /// An event has the name of one of its fields.
    public static let eventRenamed = events("event-renamed", "agent_thinking arrives as 'reasoning'", isQuirk: true)
    /// An event lacks a field.
    public static let eventFieldMissing = events("event-field-missing", "tool_completed has no result")
    /// The welcome shortens the user's id.
    public static let userIDTruncated = events(
        "user-id-truncated", "connection_established names the first 8 characters of the user's id", isQuirk: true)
    /// Anybody may connect.
    public static let wsAuthUnchecked = events(
        "ws-auth-unchecked", "every WebSocket is accepted as demo-user-001, with or without a token", isQuirk: true)
    /// Connections outlive their tokens.
    public static let wsTokenExpiryIgnored = events(
        "ws-token-expiry-ignored", "a connection stays open when its access token expires")
    /// Who comes back gets nothing.
    public static let resumeLosesQueue = events(
        "resume-loses-queue", "a connection gets nothing of what came before it, whether it resumes or not")
    /// All users have one queue.
    public static let queueShared = events("queue-shared", "one queue keeps the events of all users")
    /// Upgrades take long.
    public static let slowAccept = events("slow-accept", "an upgrade is answered after 3 s")
    /// Events take long.
    public static let slowDelivery = events("slow-delivery", "events are sent 700 ms after they came")
    /// Silence stays silent.
    public static let heartbeatMissing = events(
        "heartbeat-missing", "no heartbeats and no pings are sent, and a dead peer is not noticed", isQuirk: true)
    /// Closed connections are kept.
    public static let connectionLeak = events("connection-leak", "closed connections stay in the table")

    /// Timers outlive their connections.
    public static let timerLeak = events("timer-leak", "the timer that pings a client goes on when its connection has ended")

    /// The ledger is behind.
    public static let ledgerBehind = events(
        "ledger-behind", "an event is kept in the cache a second after it was delivered: a crash loses it and its number",
        needs: .fault)
    /// Only the last event is known again.
    public static let repeatForgotten = events(
        "repeat-forgotten", "an event that comes again is known only if no other came since: after that it is delivered twice",
        needs: .fault)
    /// A repeated event goes to everybody.
    public static let repeatBroadcast = events(
        "repeat-broadcast", "an event that comes again, because our reply was lost, goes to the connections of all users",
        needs: .fault)
    /// A restart loses the newest event.
    public static let restoreLosesNewest = events(
        "restore-loses-newest", "after a restart the newest event of a user is numbered, and not there to be replayed",
        needs: .fault)
    /// Replay begins with the process.
    public static let replayForgetsRestart = events(
        "replay-forgets-restart", "a connection that resumes gets nothing of what came before the service was restarted",
        needs: .fault)
    /// Broken connections stay.
    public static let brokenConnectionLeak = events(
        "broken-connection-leak", "a connection that broke, and was not closed, stays in the table", needs: .fault)
    /// A message is handed over twice.
    public static let handOverRepeated = events(
        "hand-over-repeated", "a message is handed to the agent again when its reply was lost: two runs for one message",
        needs: .fault)

    /// All of this service.
    public static let eventsDeviations: [Deviation] = [
        silentDrop, eventLost, eventDoubled, eventReordered, eventMisrouted, eventRenamed, eventFieldMissing,
        userIDTruncated, wsAuthUnchecked, wsTokenExpiryIgnored, resumeLosesQueue, queueShared, slowAccept, slowDelivery,
        heartbeatMissing, connectionLeak, timerLeak, ledgerBehind, repeatForgotten, repeatBroadcast, restoreLosesNewest,
        replayForgetsRestart, brokenConnectionLeak, handOverRepeated,
    ]
}
