// Commands on a client's own connection; `Keyspace+Clients` performs them.

import StoreKit

enum ConnectionCommands {
    /// Commands that a subscribed client may send although RESP2 lets it read nothing but messages.
    static let whileSubscribed: Set<String> = [
        "subscribe", "unsubscribe", "psubscribe", "punsubscribe", "ping", "quit", "reset",
    ]
    /// Commands that act at once where a transaction queues others.
    static let unqueued: Set<String> = ["multi", "exec", "discard", "watch", "unwatch", "quit", "reset"]

    static let all: [Command] = [
        Command("ping", -1, .fast, body: .client), Command("echo", 2, .fast, body: .client),
        Command("select", 2, .fast, body: .client), Command("auth", -2, .fast, body: .client),
        Command("hello", -1, .fast, body: .client), Command("client", -2, body: .client),
        Command("reset", 1, .fast, body: .client), Command("quit", -1, .fast, body: .client),
        Command("multi", 1, .fast, body: .client), Command("exec", 1, body: .client),
        Command("discard", 1, .fast, body: .client), Command("watch", -2, .fast, body: .client),
        Command("unwatch", 1, .fast, body: .client), Command("subscribe", -2, body: .client),
        Command("unsubscribe", -1, body: .client), Command("psubscribe", -2, body: .client),
        Command("punsubscribe", -1, body: .client), Command("publish", 3, .fast, body: .client),
        Command("pubsub", -2, body: .client),
    ]
}
