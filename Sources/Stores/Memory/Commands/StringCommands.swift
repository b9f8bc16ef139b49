// Commands on strings (https://redis.io/docs/latest/commands/?group=string), but for those that count.

import Kernel
import StoreKit

enum StringCommands {
    static let all: [Command] = [
        Command("get", 2, [.readOnly, .fast]) { .bytes(orNull: try $0.read($1[1], .string)) },
        Command("set", -3, .write) { try set(&$0, $1) },
        Command("setnx", 3, [.write, .fast]) { database, arguments in
            guard !database.has(arguments[1]) else { return .integer(0) }
            database.put(arguments[1], .string(arguments[2]), deadline: nil)
            return .integer(1)
        },
        Command("setex", 4, .write) { try setWithExpiry(&$0, $1, unit: .seconds, "setex") },
        Command("psetex", 4, .write) { try setWithExpiry(&$0, $1, unit: .milliseconds, "psetex") },
        Command("getset", 3, [.write, .fast]) { database, arguments in
            let old = try database.read(arguments[1], .string)
            database.put(arguments[1], .string(arguments[2]), deadline: nil)
            return .bytes(orNull: old)
        },
        Command("getdel", 2, [.write, .fast]) { database, arguments in
            let old = try database.read(arguments[1], .string)
            database.remove(arguments[1])
            return .bytes(orNull: old)
        },
        Command("getex", -2, [.write, .fast]) { try getWithExpiry(&$0, $1) },
        Command("mget", -2, [.readOnly, .fast]) { database, arguments in
            .array(arguments.from(1).map { .bytes(orNull: (try? database.read($0, .string)) ?? nil) })
        },
        Command("mset", -3, .write) { database, arguments in
            guard arguments.count % 2 == 1 else { throw Command.wrongNumber("mset") }
            setAll(&database, arguments)
            return .ok
        },
        Command("msetnx", -3, .write) { database, arguments in
            guard arguments.count % 2 == 1 else { throw Command.wrongNumber("msetnx") }
            for place in stride(from: 1, to: arguments.count, by: 2) where database.has(arguments[place]) { return .integer(0) }
            setAll(&database, arguments)
            return .integer(1)
        },
        Command("append", 3, [.write, .fast]) { database, arguments in
            try database.change(arguments[1], .string) { text, _ in
                guard text.count + arguments[2].count <= lengthLimit else { throw tooLong }
                text.bytes += arguments[2].bytes
                return .integer(Int64(text.count))
            }
        },
        Command("strlen", 2, [.readOnly, .fast]) { .integer(Int64(try $0.read($1[1], .string)?.count ?? 0)) },
        Command("setrange", 4, .write) { try setRange(&$0, $1) },
        Command("getrange", 4, .readOnly) { try range(&$0, $1) },
        Command("substr", 4, .readOnly) { try range(&$0, $1) },
    ]

    /// The longest string, 512 MB as in Redis.
    private static let lengthLimit = 512 << 20
    private static let tooLong = CacheError("ERR string exceeds maximum allowed size (proto-max-bulk-len)")

    private static func setAll(_ database: inout Database, _ arguments: Arguments) {
        for place in stride(from: 1, to: arguments.count, by: 2) {
            database.put(arguments[place], .string(arguments[place + 1]), deadline: nil)
        }
    }

    private static func set(_ database: inout Database, _ arguments: Arguments) throws -> CacheReply {
        var (mustExist, mustBeMissing, returnsOld, keepsDeadline) = (false, false, false, false)
        var expiry: (place: Int, unit: ExpiryUnit)?
        var place = 3
        while place < arguments.count {
            let word = arguments.word(place)
            switch word {
            case "nx" where !mustExist: mustBeMissing = true
            case "xx" where !mustBeMissing: mustExist = true
            case "get": returnsOld = true
            case "keepttl" where expiry == nil: keepsDeadline = true
            default:
                guard let unit = ExpiryUnit(option: word), expiry == nil, !keepsDeadline, place + 1 < arguments.count else {
                    throw CacheError.syntax
                }
                expiry = (place + 1, unit)
                place += 1
            }
            place += 1
        }
        let deadline = try expiry.map { try $0.unit.deadline(arguments.integer($0.place), at: database.now, in: "set") }
        let old = returnsOld ? try database.read(arguments[1], .string) : nil
        let entry = database.entry(arguments[1])
        guard mustExist ? entry != nil : mustBeMissing ? entry == nil : true else { return .bytes(orNull: old) }
        database.put(arguments[1], .string(arguments[2]), deadline: keepsDeadline ? entry?.deadline : deadline)
        return returnsOld ? .bytes(orNull: old) : .ok
    }

    private static func setWithExpiry(
        _ database: inout Database, _ arguments: Arguments, unit: ExpiryUnit, _ name: String
    ) throws -> CacheReply {
        let deadline = try unit.deadline(arguments.integer(2), at: database.now, in: name)
        database.put(arguments[1], .string(arguments[3]), deadline: deadline)
        return .ok
    }

    private static func getWithExpiry(_ database: inout Database, _ arguments: Arguments) throws -> CacheReply {
        let option = arguments.count > 2 ? arguments.word(2) : nil
        let unit = option.flatMap { ExpiryUnit(option: $0) }
        guard option == nil || option == "persist" && arguments.count == 3 || unit != nil && arguments.count == 4 else {
            throw CacheError.syntax
        }
        guard let text = try database.read(arguments[1], .string) else { return .null }
        var deadline: Instant?? = option == "persist" ? .some(nil) : nil
        if let unit { deadline = try unit.deadline(arguments.integer(3), at: database.now, in: "getex") }
        if let deadline {
            // A deadline that is past removes the key at once.
            if let moment = deadline, moment <= database.now {
                database.remove(arguments[1])
            } else {
                database.setDeadline(arguments[1], deadline)
            }
        }
        return .bytes(text)
    }

    private static func setRange(_ database: inout Database, _ arguments: Arguments) throws -> CacheReply {
        let offset = try arguments.integer(2)
        guard offset >= 0 else { throw CacheError("ERR offset is out of range") }
        let piece = arguments[3].bytes
        if piece.isEmpty { return .integer(Int64(try database.read(arguments[1], .string)?.count ?? 0)) }
        guard offset <= Int64(lengthLimit - piece.count) else { throw tooLong }
        return try database.change(arguments[1], .string) { text, _ in
            let (first, end) = (Int(offset), Int(offset) + piece.count)
            if text.count < end { text.bytes += [UInt8](repeating: 0, count: end - text.count) }
            text.bytes.replaceSubrange(first..<end, with: piece)
            return .integer(Int64(text.count))
        }
    }

    private static func range(_ database: inout Database, _ arguments: Arguments) throws -> CacheReply {
        let (first, last) = (try arguments.integer(2), try arguments.integer(3))
        let text = try database.read(arguments[1], .string) ?? CacheBytes([])
        guard let range = Places.range(first, last, count: text.count) else { return .text("") }
        return .bytes(CacheBytes(Array(text.bytes[range])))
    }
}

/// Places counted from 0 or, if negative, from the end, as LRANGE, GETRANGE and ZRANGE take them.
enum Places {
    /// The places from `first` through `last` of `count`; nil where that is nothing.
    static func range(_ first: Int64, _ last: Int64, count: Int) -> Range<Int>? {
        let count = Int64(count)
        let low = max(0, first < 0 ? first + count : first)
        let high = min(count - 1, last < 0 ? last + count : last)
        return low > high || low >= count ? nil : Int(low)..<Int(high) + 1
    }

    /// The place that a number means; nil where it is outside.
    static func index(_ place: Int64, count: Int) -> Int? {
        let place = place < 0 ? place + Int64(count) : place
        return (0..<Int64(count)).contains(place) ? Int(place) : nil
    }
}
