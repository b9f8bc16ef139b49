// Commands on deadlines: EXPIRE and its kin, TTL and its kin, PERSIST.

import Kernel
import StoreKit

/// How a command counts a deadline.
struct ExpiryUnit {
    let nanoseconds: Int64
    let isAbsolute: Bool

    static let seconds = ExpiryUnit(nanoseconds: 1_000_000_000, isAbsolute: false)
    static let milliseconds = ExpiryUnit(nanoseconds: 1_000_000, isAbsolute: false)
    static let secondsOfEpoch = ExpiryUnit(nanoseconds: 1_000_000_000, isAbsolute: true)
    static let millisecondsOfEpoch = ExpiryUnit(nanoseconds: 1_000_000, isAbsolute: true)

    init(nanoseconds: Int64, isAbsolute: Bool) { (self.nanoseconds, self.isAbsolute) = (nanoseconds, isAbsolute) }

    /// The unit of an option of SET and GETEX; nil where the word is none.
    init?(option: String) {
        switch option {
        case "ex": self = .seconds
        case "px": self = .milliseconds
        case "exat": self = .secondsOfEpoch
        case "pxat": self = .millisecondsOfEpoch
        default: return nil
        }
    }

    /// The deadline for commands that take none in the past. Throws ``StoreKit/CacheError/invalidExpiry(in:)``.
    func deadline(_ amount: Int64, at now: Instant, in command: String) throws -> Instant {
        guard amount > 0 else { throw CacheError.invalidExpiry(in: command) }
        return try moment(amount, at: now, in: command)
    }

    /// The moment that an amount means, in the past or not. Throws ``StoreKit/CacheError/invalidExpiry(in:)`` where it
    /// is beyond what 64 bits count: milliseconds in Redis, nanoseconds here, so that here the year 2262 is the last.
    func moment(_ amount: Int64, at now: Instant, in command: String) throws -> Instant {
        let milliseconds = nanoseconds / 1_000_000
        let (counted, isTooLarge) = amount.multipliedReportingOverflow(by: milliseconds)
        let start = isAbsolute ? 0 : now.milliseconds
        let (sum, overflows) = counted.addingReportingOverflow(start)
        guard !isTooLarge, !overflows else { throw CacheError.invalidExpiry(in: command) }
        let (product, isBeyond) = counted.multipliedReportingOverflow(by: 1_000_000)
        let (moment, isLater) = product.addingReportingOverflow(isAbsolute ? 0 : now.nanoseconds)
        if isBeyond || isLater { return Instant(nanoseconds: sum < 0 ? .min : .max) }
        return Instant(nanoseconds: moment)
    }
}

enum ExpiryCommands {
    static let all: [Command] = [
        Command("expire", -3, [.write, .fast]) { try expire(&$0, $1, .seconds) },
        Command("pexpire", -3, [.write, .fast]) { try expire(&$0, $1, .milliseconds) },
        Command("expireat", -3, [.write, .fast]) { try expire(&$0, $1, .secondsOfEpoch) },
        Command("pexpireat", -3, [.write, .fast]) { try expire(&$0, $1, .millisecondsOfEpoch) },
        Command("ttl", 2, [.readOnly, .fast]) { database, arguments in
            left(&database, arguments[1]) { deadline, now in (ceilMilliseconds(now.duration(to: deadline)) + 500) / 1000 }
        },
        Command("pttl", 2, [.readOnly, .fast]) { database, arguments in
            left(&database, arguments[1]) { deadline, now in ceilMilliseconds(now.duration(to: deadline)) }
        },
        Command("expiretime", 2, [.readOnly, .fast]) { database, arguments in
            left(&database, arguments[1]) { deadline, _ in (deadline.milliseconds + 500) / 1000 }
        },
        Command("pexpiretime", 2, [.readOnly, .fast]) { database, arguments in
            left(&database, arguments[1]) { deadline, _ in deadline.milliseconds }
        },
        Command("persist", 2, [.write, .fast]) { database, arguments in
            guard database.entry(arguments[1])?.deadline != nil else { return .integer(0) }
            database.setDeadline(arguments[1], nil)
            return .integer(1)
        },
    ]

    private static func ceilMilliseconds(_ duration: Duration) -> Int64 {
        let nanoseconds = duration.nanosecondsClamped
        return nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 > 0 ? 1 : 0)
    }

    private static func left(
        _ database: inout Database, _ key: CacheBytes, _ answer: (Instant, Instant) -> Int64
    ) -> CacheReply {
        guard let entry = database.entry(key) else { return .integer(-2) }
        return .integer(entry.deadline.map { answer($0, database.now) } ?? -1)
    }

    private static func expire(_ database: inout Database, _ arguments: Arguments, _ unit: ExpiryUnit) throws -> CacheReply {
        var options: Set<String> = []
        for place in 3..<max(3, arguments.count) {
            let word = arguments.word(place)
            guard ["nx", "xx", "gt", "lt"].contains(word) else {
                throw CacheError("ERR Unsupported option \(arguments[place].text)")
            }
            options.insert(word)
        }
        if options.contains("nx"), options.count > 1 {
            throw CacheError("ERR NX and XX, GT or LT options at the same time are not compatible")
        }
        if options.isSuperset(of: ["gt", "lt"]) {
            throw CacheError("ERR GT and LT options at the same time are not compatible")
        }
        let moment = try unit.moment(arguments.integer(2), at: database.now, in: arguments.word(0))
        guard let entry = database.entry(arguments[1]) else { return .integer(0) }
        // A key without a deadline counts as one whose deadline is never.
        let old = entry.deadline
        if options.contains("nx"), old != nil { return .integer(0) }
        if options.contains("xx"), old == nil { return .integer(0) }
        if options.contains("gt"), old.map({ moment <= $0 }) ?? true { return .integer(0) }
        if options.contains("lt"), old.map({ moment >= $0 }) ?? false { return .integer(0) }
        if moment <= database.now { database.remove(arguments[1]) } else { database.setDeadline(arguments[1], moment) }
        return .integer(1)
    }
}
