// Commands on sorted sets (https://redis.io/docs/latest/commands/?group=sorted-set), but for ranges.

import StoreKit

enum SortedSetCommands {
    static let all: [Command] = [
        Command("zadd", -4, [.write, .fast]) { try add(&$0, $1) },
        Command("zincrby", 4, [.write, .fast]) { database, arguments in
            let amount = try arguments.double(2)
            return try database.change(arguments[1], .sortedSet) { members, _ in
                let sum = (members[arguments[3]] ?? 0) + amount
                guard !sum.isNaN else { throw notANumber }
                members.set(arguments[3], sum)
                return .double(sum)
            }
        },
        Command("zrem", -3, [.write, .fast]) { database, arguments in
            try database.change(arguments[1], .sortedSet) { members, hasChanged in
                let removed = arguments.from(2).filter { members.remove($0) }.count
                hasChanged = removed > 0
                return .integer(Int64(removed))
            }
        },
        Command("zscore", 3, [.readOnly, .fast]) { score(try $0.read($1[1], .sortedSet)?[$1[2]]) },
        Command("zmscore", -3, [.readOnly, .fast]) { database, arguments in
            let members = try database.read(arguments[1], .sortedSet)
            return .array(arguments.from(2).map { score(members?[$0]) })
        },
        Command("zcard", 2, [.readOnly, .fast]) { .integer(Int64(try $0.read($1[1], .sortedSet)?.count ?? 0)) },
        Command("zrank", 3, [.readOnly, .fast]) { database, arguments in
            let rank = try database.read(arguments[1], .sortedSet)?.rank(of: arguments[2])
            return rank.map { .integer(Int64($0)) } ?? .null
        },
        Command("zrevrank", 3, [.readOnly, .fast]) { database, arguments in
            guard let members = try database.read(arguments[1], .sortedSet), let rank = members.rank(of: arguments[2]) else {
                return .null
            }
            return .integer(Int64(members.count - 1 - rank))
        },
        Command("zpopmin", -2, [.write, .fast]) { try pop(&$0, $1, lowest: true) },
        Command("zpopmax", -2, [.write, .fast]) { try pop(&$0, $1, lowest: false) },
    ]

    private static let notANumber = CacheError("ERR resulting score is not a number (NaN)")

    private static func score(_ score: Double?) -> CacheReply { score.map { .double($0) } ?? .null }

    private struct AddOptions {
        var (mustExist, mustBeNew, greater, less, countsChanged, increments) = (false, false, false, false, false, false)

        /// Whether a member may go from one score to another, or come with it.
        func allows(_ old: Double?, _ new: Double) -> Bool {
            guard let old else { return !mustExist }
            return !mustBeNew && !(greater && new <= old) && !(less && new >= old)
        }
    }

    private static func add(_ database: inout Database, _ arguments: Arguments) throws -> CacheReply {
        var options = AddOptions()
        var place = 2
        scan: while place < arguments.count {
            switch arguments.word(place) {
            case "xx": options.mustExist = true
            case "nx": options.mustBeNew = true
            case "gt": options.greater = true
            case "lt": options.less = true
            case "ch": options.countsChanged = true
            case "incr": options.increments = true
            default: break scan
            }
            place += 1
        }
        guard (arguments.count - place) % 2 == 0, place < arguments.count else { throw CacheError.syntax }
        if options.mustBeNew, options.mustExist {
            throw CacheError("ERR XX and NX options at the same time are not compatible")
        }
        if options.greater && options.less || options.mustBeNew && (options.greater || options.less) {
            throw CacheError("ERR GT, LT, and/or NX options at the same time are not compatible")
        }
        if options.increments, arguments.count - place > 2 {
            throw CacheError("ERR INCR option supports a single increment-element pair")
        }
        let pairs = try stride(from: place, to: arguments.count, by: 2).map {
            (score: try arguments.double($0), member: arguments[$0 + 1])
        }
        return try database.change(arguments[1], .sortedSet) { members, hasChanged in
            var (added, changed, last): (Int64, Int64, Double?) = (0, 0, nil)
            for (score, member) in pairs {
                let old = members[member]
                let new = options.increments ? (old ?? 0) + score : score
                guard !new.isNaN else { throw notANumber }
                guard options.allows(old, new) else { continue }
                last = new
                if members.set(member, new) { added += 1 } else if old != new { changed += 1 }
            }
            hasChanged = added + changed > 0
            if options.increments { return self.score(last) }
            return .integer(options.countsChanged ? added + changed : added)
        }
    }

    private static func pop(_ database: inout Database, _ arguments: Arguments, lowest: Bool) throws -> CacheReply {
        guard arguments.count <= 3 else { throw CacheError.syntax }
        var limit = 1
        if arguments.count == 3 {
            guard let number = CacheNumber.integer(arguments[2]), number >= 0 else {
                throw CacheError("ERR value is out of range, must be positive")
            }
            limit = Int(number)
        }
        let items = try database.read(arguments[1], .sortedSet)?.items ?? []
        let taken = lowest ? Array(items.prefix(limit)) : Array(items.suffix(limit).reversed())
        if !taken.isEmpty {
            try database.change(arguments[1], .sortedSet) { members, _ in for item in taken { members.remove(item.member) } }
        }
        let parts = taken.flatMap { [CacheReply.bytes($0.member), .double($0.score)] }
        return arguments.count == 3 ? .pairs(parts) : .array(parts)
    }
}
