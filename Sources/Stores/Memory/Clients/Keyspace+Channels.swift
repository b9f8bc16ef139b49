// Channels: who is subscribed to what, and who gets a message (https://redis.io/docs/latest/develop/interact/pubsub/).

import StoreKit

extension Keyspace {
    /// SUBSCRIBE, PSUBSCRIBE and their opposites: one reply for each name.
    func changeSubscriptions(_ arguments: Arguments, _ client: inout Client) -> [CacheReply] {
        let word = arguments.word(0)
        let names = word.hasPrefix("p") ? \Client.patterns : \Client.channels
        var wanted = Array(arguments.from(1))
        if wanted.isEmpty { wanted = client[keyPath: names] }
        func confirm(_ name: CacheReply) -> CacheReply {
            .push([.text(word), name, .integer(client.subscriptionCount)])
        }
        if wanted.isEmpty { return [confirm(.null)] }
        return wanted.map { name in
            client[keyPath: names].removeAll { $0 == name && word.hasSuffix("unsubscribe") }
            if !word.hasSuffix("unsubscribe"), !client[keyPath: names].contains(name) { client[keyPath: names].append(name) }
            return confirm(.bytes(name))
        }
    }

    /// Puts a message into the outbox for every subscription; how many there are. Channels come before patterns, and
    /// clients in the order of their connecting. A message to the publisher itself comes by the outbox as well.
    mutating func publish(_ channel: CacheBytes, _ payload: CacheBytes, by publisher: Client) -> Int64 {
        let before = outbox.count
        // The publisher is not among the clients while its command is performed.
        let listeners = clients.values.filter { $0.id != publisher.id } + (publisher.id > 0 ? [publisher] : [])
        let ordered = listeners.sorted { $0.id < $1.id }
        for client in ordered where client.channels.contains(channel) {
            outbox.append((client.id, .push([.text("message"), .bytes(channel), .bytes(payload)])))
        }
        for client in ordered {
            for pattern in client.patterns where Glob(pattern).matches(channel) {
                outbox.append((client.id, .push([.text("pmessage"), .bytes(pattern), .bytes(channel), .bytes(payload)])))
            }
        }
        return Int64(outbox.count - before)
    }

    /// PUBSUB CHANNELS, NUMSUB and NUMPAT.
    func describeChannels(_ arguments: Arguments) throws -> CacheReply {
        switch arguments.word(1) {
        case "channels":
            guard arguments.count <= 3 else { throw Command.wrongNumber("pubsub|channels") }
            let glob = Glob(arguments.count == 3 ? arguments[2] : "*")
            let channels = Set(clients.values.flatMap(\.channels)).sorted()
            return .array(channels.filter(glob.matches).map { .bytes($0) })
        case "numsub":
            return .array(
                arguments.from(2).flatMap { channel -> [CacheReply] in
                    [.bytes(channel), .integer(Int64(clients.values.count { $0.channels.contains(channel) }))]
                })
        case "numpat":
            guard arguments.count == 2 else { throw Command.wrongNumber("pubsub|numpat") }
            return .integer(Int64(Set(clients.values.flatMap(\.patterns)).count))
        default: throw KeyCommands.subcommand(arguments)
        }
    }
}
