// What clients ask of the server itself: TIME, INFO, CONFIG, COMMAND.

import Kernel
import StoreKit

enum ServerCommands {
    static let all: [Command] = [
        Command(
            "time", 1, .fast,
            body: .keyspace { keyspace, _, _ in
                let now = keyspace.now
                return .array([.text(String(now.seconds)), .text(String(now.nanoseconds / 1000 % 1_000_000))])
            }),
        Command(
            "info", -1,
            body: .keyspace { keyspace, arguments, _ in
                let wanted = arguments.from(1).map { $0.lowercased.text }
                return .text(info(&keyspace, wanted))
            }),
        Command("config", -2, body: .keyspace { keyspace, arguments, _ in try config(&keyspace, arguments) }),
        Command("command", -1, body: .keyspace { _, arguments, _ in try command(arguments) }),
        Command("lastsave", 1, .fast, body: .keyspace { keyspace, _, _ in .integer(keyspace.now.seconds) }),
    ]

    private static func info(_ keyspace: inout Keyspace, _ wanted: [String]) -> String {
        let used = keyspace.databases.reduce(0) { $0 + $1.heldCount } * 128
        var sections = [
            ("server", ["redis_version:\(Keyspace.redisVersion)", "redis_mode:standalone", "tcp_port:0", "process_id:0"]),
            ("clients", ["connected_clients:\(keyspace.clients.count)", "blocked_clients:0"]),
            ("memory", ["used_memory:\(used)", "maxmemory:0", "maxmemory_policy:noeviction"]),
            ("persistence", ["loading:0", "rdb_changes_since_last_save:0"]),
            ("stats", ["total_commands_processed:\(keyspace.commandCount)"]),
            ("replication", ["role:master", "connected_slaves:0"]),
        ]
        var lines: [String] = []
        for index in keyspace.databases.indices {
            let keys = keyspace.databases[index].keys
            guard !keys.isEmpty else { continue }
            let expiring = keys.count { keyspace.databases[index].entry($0)?.deadline != nil }
            lines.append("db\(index):keys=\(keys.count),expires=\(expiring),avg_ttl=0")
        }
        sections.append(("keyspace", lines))
        let all = wanted.isEmpty || wanted.contains { ["all", "default", "everything"].contains($0) }
        return sections.filter { all || wanted.contains($0.0) }.map { name, lines in
            "# \(name.prefix(1).uppercased())\(name.dropFirst())\r\n" + lines.map { $0 + "\r\n" }.joined()
        }.joined(separator: "\r\n")
    }

    private static func config(_ keyspace: inout Keyspace, _ arguments: Arguments) throws -> CacheReply {
        switch arguments.word(1) {
        case "get":
            guard arguments.count >= 3 else { throw Command.wrongNumber("config|get") }
            let globs = arguments.from(2).map { Glob($0.lowercased) }
            let names = keyspace.settings.keys.sorted().filter { name in globs.contains { $0.matches(CacheBytes(name)) } }
            return .map(names.flatMap { [.text($0), .text(keyspace.settings[$0] ?? "")] })
        case "set":
            guard arguments.count >= 4, arguments.count % 2 == 0 else { throw Command.wrongNumber("config|set") }
            for place in stride(from: 2, to: arguments.count, by: 2) where keyspace.settings[arguments.word(place)] == nil {
                throw CacheError(
                    "ERR Unknown option or number of arguments for CONFIG SET - '\(arguments[place].text)'")
            }
            for place in stride(from: 2, to: arguments.count, by: 2) {
                keyspace.settings[arguments.word(place)] = arguments[place + 1].text
            }
            return .ok
        case "resetstat":
            keyspace.commandCount = 0
            return .ok
        default: throw KeyCommands.subcommand(arguments)
        }
    }

    private static func command(_ arguments: Arguments) throws -> CacheReply {
        guard arguments.count > 1 else { return .array(CommandTable.all.map(describe)) }
        switch arguments.word(1) {
        case "count": return .integer(Int64(CommandTable.all.count))
        case "docs": return .map([])
        case "list": return .array(CommandTable.all.map { .text($0.name) })
        case "info":
            let names = arguments.from(2)
            if names.isEmpty { return .array(CommandTable.all.map(describe)) }
            return .array(names.map { CommandTable.command($0).map(describe) ?? .nullArray })
        default: throw KeyCommands.subcommand(arguments)
        }
    }

    /// The first six fields of COMMAND INFO. Where the keys stand is said of most commands: the first argument.
    private static func describe(_ command: Command) -> CacheReply {
        let hasKey = command.flags.contains(.write) || command.flags.contains(.readOnly)
        let first: Int64 = hasKey && command.arity != 1 && command.arity != -1 ? 1 : 0
        return .array([
            .text(command.name), .integer(Int64(command.arity)), .array(command.flags.names.map { .status($0) }),
            .integer(first), .integer(first), .integer(first),
        ])
    }
}
