// Commands on lists (https://redis.io/docs/latest/commands/?group=list).

import DequeModule
import StoreKit

enum ListCommands {
    static let all: [Command] = [
        Command("lpush", -3, [.write, .fast]) { try push(&$0, $1, atFront: true, mustExist: false) },
        Command("rpush", -3, [.write, .fast]) { try push(&$0, $1, atFront: false, mustExist: false) },
        Command("lpushx", -3, [.write, .fast]) { try push(&$0, $1, atFront: true, mustExist: true) },
        Command("rpushx", -3, [.write, .fast]) { try push(&$0, $1, atFront: false, mustExist: true) },
        Command("lpop", -2, [.write, .fast]) { try pop(&$0, $1, atFront: true) },
        Command("rpop", -2, [.write, .fast]) { try pop(&$0, $1, atFront: false) },
        Command("llen", 2, [.readOnly, .fast]) { .integer(Int64(try $0.read($1[1], .list)?.count ?? 0)) },
        Command("lrange", 4, .readOnly) { database, arguments in
            let (first, last) = (try arguments.integer(2), try arguments.integer(3))
            let list = try database.read(arguments[1], .list) ?? []
            return .array((Places.range(first, last, count: list.count) ?? 0..<0).map { .bytes(list[$0]) })
        },
        Command("lindex", 3, .readOnly) { database, arguments in
            guard let list = try database.read(arguments[1], .list) else { return .null }
            let place = try arguments.integer(2)
            return .bytes(orNull: Places.index(place, count: list.count).map { list[$0] })
        },
        Command("lset", 4, .write) { database, arguments in
            guard try database.read(arguments[1], .list) != nil else { throw CacheError("ERR no such key") }
            let place = try arguments.integer(2)
            return try database.change(arguments[1], .list) { list, _ in
                guard let index = Places.index(place, count: list.count) else { throw CacheError("ERR index out of range") }
                list[index] = arguments[3]
                return .ok
            }
        },
        Command("linsert", 5, .write) { try insert(&$0, $1) },
        Command("lrem", 4, .write) { try removeEqual(&$0, $1) },
        Command("ltrim", 4, .write) { database, arguments in
            let (first, last) = (try arguments.integer(2), try arguments.integer(3))
            return try database.change(arguments[1], .list) { list, hasChanged in
                hasChanged = !list.isEmpty
                list = Deque(list[Places.range(first, last, count: list.count) ?? 0..<0])
                return .ok
            }
        },
        Command("lmove", 5, .write) { database, arguments in
            let (from, to) = (try isFront(arguments, 3), try isFront(arguments, 4))
            return try move(&database, arguments, from: from, to: to)
        },
        Command("rpoplpush", 3, .write) { try move(&$0, $1, from: false, to: true) },
        Command("lpos", -3, .readOnly) { try position(&$0, $1) },
    ]

    private static func push(
        _ database: inout Database, _ arguments: Arguments, atFront: Bool, mustExist: Bool
    ) throws -> CacheReply {
        if mustExist, try database.read(arguments[1], .list) == nil { return .integer(0) }
        return try database.change(arguments[1], .list) { list, _ in
            for value in arguments.from(2) { if atFront { list.prepend(value) } else { list.append(value) } }
            return .integer(Int64(list.count))
        }
    }

    private static func pop(_ database: inout Database, _ arguments: Arguments, atFront: Bool) throws -> CacheReply {
        guard arguments.count <= 3 else { throw Command.wrongNumber(arguments.word(0)) }
        var limit: Int?
        if arguments.count == 3 {
            guard let number = CacheNumber.integer(arguments[2]), number >= 0 else {
                throw CacheError("ERR value is out of range, must be positive")
            }
            limit = Int(number)
        }
        guard try database.read(arguments[1], .list) != nil else { return limit == nil ? .null : .nullArray }
        return try database.change(arguments[1], .list) { list, hasChanged in
            guard let limit else { return .bytes(atFront ? list.removeFirst() : list.removeLast()) }
            hasChanged = limit > 0
            return .array((0..<min(limit, list.count)).map { _ in .bytes(atFront ? list.removeFirst() : list.removeLast()) })
        }
    }

    private static func insert(_ database: inout Database, _ arguments: Arguments) throws -> CacheReply {
        guard ["before", "after"].contains(arguments.word(2)) else { throw CacheError.syntax }
        guard try database.read(arguments[1], .list) != nil else { return .integer(0) }
        return try database.change(arguments[1], .list) { list, hasChanged in
            guard let pivot = list.firstIndex(of: arguments[3]) else {
                hasChanged = false
                return .integer(-1)
            }
            list.insert(arguments[4], at: arguments.word(2) == "before" ? pivot : pivot + 1)
            return .integer(Int64(list.count))
        }
    }

    private static func removeEqual(_ database: inout Database, _ arguments: Arguments) throws -> CacheReply {
        let wanted = try arguments.integer(2)
        return try database.change(arguments[1], .list) { list, hasChanged in
            var left = wanted == 0 ? Int.max : Int(clamping: wanted.magnitude)
            let before = list.count
            if wanted < 0 { list.reverse() }
            list.removeAll { value in
                guard left > 0, value == arguments[3] else { return false }
                left -= 1
                return true
            }
            if wanted < 0 { list.reverse() }
            hasChanged = list.count < before
            return .integer(Int64(before - list.count))
        }
    }

    private static func isFront(_ arguments: Arguments, _ place: Int) throws -> Bool {
        switch arguments.word(place) {
        case "left": true
        case "right": false
        default: throw CacheError.syntax
        }
    }

    private static func move(_ database: inout Database, _ arguments: Arguments, from: Bool, to: Bool) throws -> CacheReply {
        guard try database.read(arguments[1], .list) != nil else { return .null }
        _ = try database.read(arguments[2], .list)
        let value = try database.change(arguments[1], .list) { list, _ in from ? list.removeFirst() : list.removeLast() }
        try database.change(arguments[2], .list) { list, _ in if to { list.prepend(value) } else { list.append(value) } }
        return .bytes(value)
    }

    private static func position(_ database: inout Database, _ arguments: Arguments) throws -> CacheReply {
        var (rank, wanted, limit): (Int64, Int64?, Int64) = (1, nil, 0)
        var place = 3
        while place < arguments.count {
            guard place + 1 < arguments.count else { throw CacheError.syntax }
            let number = CacheNumber.integer(arguments[place + 1])
            switch arguments.word(place) {
            case "rank":
                guard let number else { throw CacheError.notAnInteger }
                guard number != 0, number != .min else {
                    throw CacheError(
                        "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list"
                    )
                }
                rank = number
            case "count":
                guard let number, number >= 0 else { throw CacheError("ERR COUNT can't be negative") }
                wanted = number
            case "maxlen":
                guard let number, number >= 0 else { throw CacheError("ERR MAXLEN can't be negative") }
                limit = number
            default: throw CacheError.syntax
            }
            place += 2
        }
        let list = try database.read(arguments[1], .list) ?? []
        let order = rank > 0 ? Array(list.indices) : list.indices.reversed()
        let compared = limit == 0 ? order[...] : order.prefix(Int(clamping: limit))
        let matches = compared.filter { list[$0] == arguments[2] }.dropFirst(Int(clamping: rank.magnitude) - 1)
        guard let wanted else { return matches.first.map { .integer(Int64($0)) } ?? .null }
        return .array(matches.prefix(wanted == 0 ? .max : Int(clamping: wanted)).map { .integer(Int64($0)) })
    }
}
