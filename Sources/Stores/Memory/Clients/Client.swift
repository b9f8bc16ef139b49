// What the keyspace knows of one client: its database, its transaction, its subscriptions.

import StoreKit

/// The state of one client's connection.
struct Client {
    /// A key that is watched, and its version when that began.
    struct Watch {
        let database: Int
        let key: CacheBytes
        let version: UInt64
    }

    let id: Int
    var name = CacheBytes("")
    var library: [(name: String, value: CacheBytes)] = []
    var database = 0
    /// The version of the wire's protocol, 2 or 3.
    var protocolVersion = 2
    /// The commands of an open transaction.
    var queue: [CacheCommand]?
    /// Whether a command of the open transaction was refused.
    var isFlawed = false
    var watches: [Watch] = []
    var channels: [CacheBytes] = []
    var patterns: [CacheBytes] = []

    init(id: Int) { self.id = id }

    /// How many channels and patterns it is subscribed to.
    var subscriptionCount: Int64 { Int64(channels.count + patterns.count) }

    /// A line of CLIENT LIST, as far as clients read it.
    var line: String {
        "id=\(id) addr=127.0.0.1:0 name=\(name.text) db=\(database) sub=\(channels.count) psub=\(patterns.count) "
            + "multi=\(queue.map { $0.count } ?? -1) resp=\(protocolVersion)\n"
    }
}
