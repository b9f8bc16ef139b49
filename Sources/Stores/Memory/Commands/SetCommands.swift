// Commands on sets (https://redis.io/docs/latest/commands/?group=set).

import StoreKit

enum SetCommands {
    static let all: [Command] = [
        Command("sadd", -3, [.write, .fast]) { database, arguments in
            try database.change(arguments[1], .set) { members, hasChanged in
                let added = arguments.from(2).filter { members.set($0, ()) }.count
                hasChanged = added > 0
                return .integer(Int64(added))
            }
        },
        Command("srem", -3, [.write, .fast]) { database, arguments in
            try database.change(arguments[1], .set) { members, hasChanged in
                let removed = arguments.from(2).filter { members.remove($0) != nil }.count
                hasChanged = removed > 0
                return .integer(Int64(removed))
            }
        },
        Command("smembers", 2, .readOnly) { .set((try $0.read($1[1], .set)?.keys ?? []).map { .bytes($0) }) },
        Command("sismember", 3, [.readOnly, .fast]) { .flag(try $0.read($1[1], .set)?[$1[2]] != nil) },
        Command("smismember", -3, [.readOnly, .fast]) { database, arguments in
            let members = try database.read(arguments[1], .set)
            return .array(arguments.from(2).map { .flag(members?[$0] != nil) })
        },
        Command("scard", 2, [.readOnly, .fast]) { .integer(Int64(try $0.read($1[1], .set)?.count ?? 0)) },
        Command("spop", -2, [.write, .random], body: .keyspace { try pop(&$0, $1, $2) }),
        Command("srandmember", -2, [.readOnly, .random], body: .keyspace { try random(&$0, $1, $2) }),
        Command("smove", 4, [.write, .fast]) { database, arguments in
            guard try database.read(arguments[1], .set) != nil else { return .integer(0) }
            _ = try database.read(arguments[2], .set)
            if arguments[1] == arguments[2] { return .flag(try database.read(arguments[1], .set)?[arguments[3]] != nil) }
            let isThere = try database.change(arguments[1], .set) { members, hasChanged in
                hasChanged = members.remove(arguments[3]) != nil
                return hasChanged
            }
            guard isThere else { return .integer(0) }
            try database.change(arguments[2], .set) { members, hasChanged in hasChanged = members.set(arguments[3], ()) }
            return .integer(1)
        },
        Command("sinter", -2, .readOnly) { .set(try combine(&$0, $1.from(1), .intersection).map { .bytes($0) }) },
        Command("sunion", -2, .readOnly) { .set(try combine(&$0, $1.from(1), .union).map { .bytes($0) }) },
        Command("sdiff", -2, .readOnly) { .set(try combine(&$0, $1.from(1), .difference).map { .bytes($0) }) },
        Command("sinterstore", -3, .write) { try store(&$0, $1, .intersection) },
        Command("sunionstore", -3, .write) { try store(&$0, $1, .union) },
        Command("sdiffstore", -3, .write) { try store(&$0, $1, .difference) },
        Command("sintercard", -3, .readOnly) { try countIntersection(&$0, $1) },
    ]

    private enum Combination { case intersection, union, difference }

    private static func combine(
        _ database: inout Database, _ keys: ArraySlice<CacheBytes>, _ combination: Combination
    ) throws -> [CacheBytes] {
        let sets = try keys.map { try database.read($0, .set) ?? OrderedTable() }
        switch combination {
        case .intersection: return sets[0].keys.filter { member in sets.dropFirst().allSatisfy { $0[member] != nil } }
        case .difference: return sets[0].keys.filter { member in sets.dropFirst().allSatisfy { $0[member] == nil } }
        case .union:
            var all = OrderedTable<Void>()
            for set in sets { for member in set.keys { all.set(member, ()) } }
            return all.keys
        }
    }

    private static func store(
        _ database: inout Database, _ arguments: Arguments, _ combination: Combination
    ) throws -> CacheReply {
        var all = OrderedTable<Void>()
        for member in try combine(&database, arguments.from(2), combination) { all.set(member, ()) }
        if all.isEmpty { database.remove(arguments[1]) } else { database.put(arguments[1], .set(all), deadline: nil) }
        return .integer(Int64(all.count))
    }

    private static func countIntersection(_ database: inout Database, _ arguments: Arguments) throws -> CacheReply {
        guard let count = CacheNumber.integer(arguments[1]), count > 0 else {
            throw CacheError("ERR numkeys should be greater than 0")
        }
        guard count <= arguments.count - 2 else { throw CacheError("ERR Number of keys can't be greater than number of args") }
        var limit = Int.max
        var place = 2 + Int(count)
        while place < arguments.count {
            guard arguments.word(place) == "limit", place + 1 < arguments.count else { throw CacheError.syntax }
            guard let number = CacheNumber.integer(arguments[place + 1]), number >= 0 else {
                throw CacheError("ERR LIMIT can't be negative")
            }
            limit = number == 0 ? .max : Int(number)
            place += 2
        }
        let found = try combine(&database, arguments.all[2..<2 + Int(count)], .intersection).count
        return .integer(Int64(min(found, limit)))
    }

    private static func pop(_ keyspace: inout Keyspace, _ arguments: Arguments, _ index: Int) throws -> CacheReply {
        guard arguments.count <= 3 else { throw CacheError.syntax }
        var limit: Int?
        if arguments.count == 3 {
            guard let number = CacheNumber.integer(arguments[2]), number >= 0 else {
                throw CacheError("ERR value is out of range, must be positive")
            }
            limit = Int(number)
        }
        guard var left = try keyspace.databases[index].read(arguments[1], .set)?.keys else {
            return limit == nil ? .null : .set([])
        }
        var taken: [CacheBytes] = []
        while taken.count < limit ?? 1, !left.isEmpty { taken.append(left.remove(at: keyspace.draw(below: left.count))) }
        try keyspace.databases[index].change(arguments[1], .set) { members, hasChanged in
            for member in taken { members.remove(member) }
            hasChanged = !taken.isEmpty
        }
        return limit == nil ? .bytes(taken[0]) : .set(taken.map { .bytes($0) })
    }

    private static func random(_ keyspace: inout Keyspace, _ arguments: Arguments, _ index: Int) throws -> CacheReply {
        guard arguments.count <= 3 else { throw CacheError.syntax }
        let wanted = arguments.count == 3 ? try arguments.integer(2) : nil
        if let wanted, wanted < -Int64.max / 2 { throw CacheError("ERR value is out of range") }
        guard var left = try keyspace.databases[index].read(arguments[1], .set)?.keys else {
            return wanted == nil ? .null : .array([])
        }
        guard let wanted else { return .bytes(left[keyspace.draw(below: left.count)]) }
        var taken: [CacheBytes] = []
        if wanted < 0 {
            guard wanted >= -1_000_000 else { throw CacheError("ERR value is out of range") }
            for _ in 0..<wanted.magnitude { taken.append(left[keyspace.draw(below: left.count)]) }
        } else {
            while taken.count < Int(wanted), !left.isEmpty { taken.append(left.remove(at: keyspace.draw(below: left.count))) }
        }
        return .array(taken.map { .bytes($0) })
    }
}
