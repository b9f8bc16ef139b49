// The keyspace as a value: sixteen databases, the clients, and what a command does to them.

import Kernel
import StoreKit

/// A Redis server's state. Knows the time only by what it is told, and chance only by its key.
struct Keyspace {
    /// The version of Redis whose behaviour this follows, and which it gives as its own.
    static let redisVersion = "7.0.15"

    /// The time of the command that is performed.
    private(set) var now = Instant(nanoseconds: 0)
    var databases = [Database](repeating: Database(), count: 16)
    /// The clients by their ids, which are given in the order of connecting.
    var clients: [Int: Client] = [:]
    var lastClient = 0
    /// What the command sends to other clients than the one that gave it, in order.
    var outbox: [(client: Int, message: CacheReply)] = []
    var commandCount = 0
    /// What CONFIG GET shows and CONFIG SET takes; nothing here depends on it.
    var settings = [
        "appendonly": "no", "databases": "16", "maxmemory": "0", "maxmemory-policy": "noeviction", "save": "",
        "timeout": "0", "notify-keyspace-events": "", "proto-max-bulk-len": "536870912",
    ]
    private let chanceKey: UInt64
    private var draws: UInt64 = 0

    /// An empty keyspace; `chanceKey` decides what SPOP and its kin choose.
    init(chanceKey: UInt64) { self.chanceKey = chanceKey }

    /// The next choice among `count`.
    mutating func draw(below count: Int) -> Int {
        draws += 1
        var hash = StableHash(key: chanceKey)
        hash.combine(draws)
        return Int(hash.value % UInt64(count))
    }

    /// The index of a database in an argument. Throws `error` where there is no such database.
    func database(_ arguments: Arguments, _ place: Int, or error: CacheError) throws -> Int {
        guard let number = CacheNumber.integer(arguments[place]) else { throw CacheError.notAnInteger }
        guard (0..<Int64(databases.count)).contains(number) else { throw error }
        return Int(number)
    }

    /// Lets the time be `now`.
    mutating func arrive(at now: Instant) {
        self.now = now
        commandCount += 1
    }

    /// The time as deadlines know it: in whole milliseconds, as Redis counts them.
    var millisecond: Instant { Instant(nanoseconds: now.milliseconds * 1_000_000) }

    /// Performs a command of a database or of the keyspace.
    mutating func perform(_ command: Command, _ arguments: Arguments, in database: Int) throws -> CacheReply {
        switch command.body {
        case .database(let run):
            databases[database].now = millisecond
            databases[database].sweep()
            return try run(&databases[database], arguments)
        case .keyspace(let run):
            for index in databases.indices { databases[index].now = millisecond }
            databases[database].sweep()
            return try run(&self, arguments, database)
        case .client: throw CacheError("ERR '\(command.name)' needs a connection of its own")
        }
    }
}
