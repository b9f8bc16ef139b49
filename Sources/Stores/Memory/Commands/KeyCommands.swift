// Commands on keys of any type (https://redis.io/docs/latest/commands/?group=generic).

import StoreKit

enum KeyCommands {
    static let all: [Command] = [
        Command("del", -2, .write) { count(&$0, $1) { $0.remove($1) } },
        Command("unlink", -2, [.write, .fast]) { count(&$0, $1) { $0.remove($1) } },
        Command("exists", -2, [.readOnly, .fast]) { count(&$0, $1) { $0.has($1) } },
        Command("touch", -2, [.readOnly, .fast]) { count(&$0, $1) { $0.has($1) } },
        Command("type", 2, [.readOnly, .fast]) { .status($0.entry($1[1])?.value.typeName ?? "none") },
        Command("rename", 3, .write) { database, arguments in
            _ = try rename(&database, arguments, mayReplace: true)
            return .ok
        },
        Command("renamenx", 3, [.write, .fast]) { .flag(try rename(&$0, $1, mayReplace: false)) },
        Command("keys", 2, .readOnly) { database, arguments in
            let glob = Glob(arguments[1])
            return .array(database.keys.filter(glob.matches).map { .bytes($0) })
        },
        Command(
            "randomkey", 1, [.readOnly, .random],
            body: .keyspace { keyspace, _, index in
                let keys = keyspace.databases[index].keys
                return keys.isEmpty ? .null : .bytes(keys[keyspace.draw(below: keys.count)])
            }),
        Command("dbsize", 1, [.readOnly, .fast]) { database, _ in .integer(Int64(database.keys.count)) },
        Command("flushdb", -1, .write) { database, arguments in
            try checkFlush(arguments)
            database.removeAll()
            return .ok
        },
        Command(
            "flushall", -1, .write,
            body: .keyspace { keyspace, arguments, _ in
                try checkFlush(arguments)
                for index in keyspace.databases.indices { keyspace.databases[index].removeAll() }
                return .ok
            }),
        Command("copy", -3, .write, body: .keyspace { try copy(&$0, $1, $2) }),
        Command("move", 3, [.write, .fast], body: .keyspace { try move(&$0, $1, $2) }),
        Command("object", -2, .readOnly) { try object(&$0, $1) },
        Command("memory", -2, .readOnly) { try memory(&$0, $1) },
    ]

    private static func count(
        _ database: inout Database, _ arguments: Arguments, _ test: (inout Database, CacheBytes) -> Bool
    ) -> CacheReply {
        var count: Int64 = 0
        for key in arguments.from(1) where test(&database, key) { count += 1 }
        return .integer(count)
    }

    private static func checkFlush(_ arguments: Arguments) throws {
        let isKnown = arguments.count == 1 || arguments.count == 2 && ["async", "sync"].contains(arguments.word(1))
        guard isKnown else { throw CacheError.syntax }
    }

    private static func rename(_ database: inout Database, _ arguments: Arguments, mayReplace: Bool) throws -> Bool {
        guard let entry = database.entry(arguments[1]) else { throw CacheError("ERR no such key") }
        if arguments[1] == arguments[2] { return mayReplace }
        if !mayReplace, database.has(arguments[2]) { return false }
        database.remove(arguments[1])
        database.put(arguments[2], entry.value, deadline: entry.deadline)
        return true
    }

    private static func copy(_ keyspace: inout Keyspace, _ arguments: Arguments, _ index: Int) throws -> CacheReply {
        var (target, mayReplace) = (index, false)
        var place = 3
        while place < arguments.count {
            switch arguments.word(place) {
            case "replace": mayReplace = true
            case "db" where place + 1 < arguments.count:
                target = try keyspace.database(arguments, place + 1, or: CacheError("ERR DB index is out of range"))
                place += 1
            default: throw CacheError.syntax
            }
            place += 1
        }
        if target == index, arguments[1] == arguments[2] {
            throw CacheError("ERR source and destination objects are the same")
        }
        guard let entry = keyspace.databases[index].entry(arguments[1]) else { return .integer(0) }
        if keyspace.databases[target].has(arguments[2]), !mayReplace { return .integer(0) }
        keyspace.databases[target].put(arguments[2], entry.value, deadline: entry.deadline)
        return .integer(1)
    }

    private static func move(_ keyspace: inout Keyspace, _ arguments: Arguments, _ index: Int) throws -> CacheReply {
        let target = try keyspace.database(arguments, 2, or: CacheError("ERR DB index is out of range"))
        if target == index { throw CacheError("ERR source and destination objects are the same") }
        guard let entry = keyspace.databases[index].entry(arguments[1]), !keyspace.databases[target].has(arguments[1]) else {
            return .integer(0)
        }
        keyspace.databases[index].remove(arguments[1])
        keyspace.databases[target].put(arguments[1], entry.value, deadline: entry.deadline)
        return .integer(1)
    }

    private static func object(_ database: inout Database, _ arguments: Arguments) throws -> CacheReply {
        let word = arguments.word(1)
        guard ["encoding", "refcount", "idletime"].contains(word) else { throw subcommand(arguments) }
        guard arguments.count == 3 else { throw Command.wrongNumber("object|\(word)") }
        guard let entry = database.entry(arguments[2]) else { return .null }
        return switch word {
        case "encoding": .text(Encodings.name(of: entry.value))
        case "refcount": .integer(1)
        default: .integer(0)
        }
    }

    private static func memory(_ database: inout Database, _ arguments: Arguments) throws -> CacheReply {
        guard arguments.word(1) == "usage" else { throw subcommand(arguments) }
        guard arguments.count == 3 || arguments.count == 5 && arguments.word(3) == "samples" else {
            throw arguments.count < 3 ? Command.wrongNumber("memory|usage") : CacheError.syntax
        }
        guard let entry = database.entry(arguments[2]) else { return .null }
        return .integer(Encodings.bytes(of: entry.value) + Int64(arguments[2].count) + 64)
    }

    /// What is said of a word that a command with subcommands does not know.
    static func subcommand(_ arguments: Arguments) -> CacheError {
        let (name, word) = (arguments[0].text.uppercased(), arguments[1].text)
        return CacheError("ERR unknown subcommand '\(word)'. Try \(name) HELP.")
    }
}

/// What OBJECT ENCODING and MEMORY USAGE say of a value.
enum Encodings {
    /// The name that Redis 7.0 has for how it would hold the value, by its default limits.
    static func name(of value: Value) -> String {
        switch value {
        case .string(let text): CacheNumber.integer(text) != nil ? "int" : text.count <= 44 ? "embstr" : "raw"
        case .list: "quicklist"
        case .hash(let fields):
            fields.count <= 512 && fields.elements.allSatisfy { $0.key.count <= 64 && $0.value.count <= 64 }
                ? "listpack" : "hashtable"
        case .set(let members):
            members.count <= 512 && members.keys.allSatisfy { CacheNumber.integer($0) != nil } ? "intset" : "hashtable"
        case .sortedSet(let members):
            members.count <= 128 && members.items.allSatisfy { $0.member.count <= 64 } ? "listpack" : "skiplist"
        }
    }

    /// An estimate in bytes: the bytes of all elements, and 16 for each (Redis' own figure depends on its allocator).
    static func bytes(of value: Value) -> Int64 {
        func sum(_ pieces: some Sequence<Int>) -> Int64 { pieces.reduce(0) { $0 + Int64($1) + 16 } }
        return switch value {
        case .string(let text): Int64(text.count)
        case .list(let list): sum(list.map(\.count))
        case .hash(let fields): sum(fields.elements.map { $0.key.count + $0.value.count })
        case .set(let members): sum(members.keys.map(\.count))
        case .sortedSet(let members): sum(members.items.map { $0.member.count + 8 })
        }
    }
}
