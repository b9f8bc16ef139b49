// Commands on hashes (https://redis.io/docs/latest/commands/?group=hash).

import StoreKit

enum HashCommands {
    static let all: [Command] = [
        Command("hset", -4, [.write, .fast]) { .integer(try set(&$0, $1, "hset")) },
        Command("hmset", -4, [.write, .fast]) { database, arguments in
            _ = try set(&database, arguments, "hmset")
            return .ok
        },
        Command("hsetnx", 4, [.write, .fast]) { database, arguments in
            try database.change(arguments[1], .hash) { fields, hasChanged in
                hasChanged = fields[arguments[2]] == nil
                if hasChanged { fields.set(arguments[2], arguments[3]) }
                return .flag(hasChanged)
            }
        },
        Command("hget", 3, [.readOnly, .fast]) { .bytes(orNull: try $0.read($1[1], .hash)?[$1[2]]) },
        Command("hmget", -3, [.readOnly, .fast]) { database, arguments in
            let fields = try database.read(arguments[1], .hash)
            return .array(arguments.from(2).map { .bytes(orNull: fields?[$0]) })
        },
        Command("hgetall", 2, .readOnly) { database, arguments in
            let fields = try database.read(arguments[1], .hash)?.elements ?? []
            return .map(fields.flatMap { [.bytes($0.key), .bytes($0.value)] })
        },
        Command("hkeys", 2, .readOnly) { .array((try $0.read($1[1], .hash)?.keys ?? []).map { .bytes($0) }) },
        Command("hvals", 2, .readOnly) { .array((try $0.read($1[1], .hash)?.elements ?? []).map { .bytes($0.value) }) },
        Command("hlen", 2, [.readOnly, .fast]) { .integer(Int64(try $0.read($1[1], .hash)?.count ?? 0)) },
        Command("hexists", 3, [.readOnly, .fast]) { .flag(try $0.read($1[1], .hash)?[$1[2]] != nil) },
        Command("hstrlen", 3, [.readOnly, .fast]) { .integer(Int64(try $0.read($1[1], .hash)?[$1[2]]?.count ?? 0)) },
        Command("hdel", -3, [.write, .fast]) { database, arguments in
            try database.change(arguments[1], .hash) { fields, hasChanged in
                let removed = arguments.from(2).filter { fields.remove($0) != nil }.count
                hasChanged = removed > 0
                return .integer(Int64(removed))
            }
        },
        Command("hincrby", 4, [.write, .fast]) { database, arguments in
            let amount = try arguments.integer(3)
            return try database.change(arguments[1], .hash) { fields, _ in
                guard let current = fields[arguments[2]].map(CacheNumber.integer) ?? 0 else {
                    throw CacheError("ERR hash value is not an integer")
                }
                let (sum, isOverflow) = current.addingReportingOverflow(amount)
                guard !isOverflow else { throw CacheError.overflow }
                fields.set(arguments[2], CacheBytes(sum))
                return .integer(sum)
            }
        },
        Command("hincrbyfloat", 4, [.write, .fast]) { database, arguments in
            guard let amount = LongNumber(arguments[3]) else { throw CacheError.notANumber }
            guard amount.isFinite else { throw CacheError("ERR value is NaN or Infinity") }
            return try database.change(arguments[1], .hash) { fields, _ in
                guard let current = LongNumber(fields[arguments[2]] ?? "0") else {
                    throw CacheError("ERR hash value is not a float")
                }
                let sum = try current.adding(amount)
                fields.set(arguments[2], sum)
                return .bytes(sum)
            }
        },
    ]

    private static func set(_ database: inout Database, _ arguments: Arguments, _ name: String) throws -> Int64 {
        guard arguments.count % 2 == 0 else { throw Command.wrongNumber(name) }
        return try database.change(arguments[1], .hash) { fields, _ in
            var added: Int64 = 0
            for place in stride(from: 2, to: arguments.count, by: 2) {
                if fields.set(arguments[place], arguments[place + 1]) { added += 1 }
            }
            return added
        }
    }
}
