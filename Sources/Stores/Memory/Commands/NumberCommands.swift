// Commands that count: INCR and its kin, on strings that are numbers.

import Glibc
import StoreKit

enum NumberCommands {
    static let all: [Command] = [
        Command("incr", 2, [.write, .fast]) { try add(&$0, $1[1], 1) },
        Command("decr", 2, [.write, .fast]) { try add(&$0, $1[1], -1) },
        Command("incrby", 3, [.write, .fast]) { try add(&$0, $1[1], try $1.integer(2)) },
        Command("decrby", 3, [.write, .fast]) { database, arguments in
            let amount = try arguments.integer(2)
            guard amount != .min else { throw CacheError("ERR decrement would overflow") }
            return try add(&database, arguments[1], -amount)
        },
        Command("incrbyfloat", 3, [.write, .fast]) { database, arguments in
            let isThere = database.has(arguments[1])
            return try database.change(arguments[1], .string) { text, _ in
                guard let current = isThere ? LongNumber(text) : LongNumber("0"), let amount = LongNumber(arguments[2]) else {
                    throw CacheError.notANumber
                }
                text = try current.adding(amount)
                return .bytes(text)
            }
        },
    ]

    /// Adds to the whole number at a key.
    private static func add(_ database: inout Database, _ key: CacheBytes, _ amount: Int64) throws -> CacheReply {
        let isThere = database.has(key)
        return try database.change(key, .string) { text, _ in
            guard let current = isThere ? CacheNumber.integer(text) : 0 else { throw CacheError.notAnInteger }
            let (sum, isOverflow) = current.addingReportingOverflow(amount)
            guard !isOverflow else { throw CacheError.overflow }
            text = CacheBytes(sum)
            return .integer(sum)
        }
    }
}

/// A number that is added to with the precision of C's long double, so that 0.1 and 0.2 are 0.3, as in Redis.
struct LongNumber {
    #if arch(x86_64)
        private typealias Number = Float80
    #else
        private typealias Number = Double
    #endif
    private let number: Number

    /// The number in a text; nil where it is none.
    init?(_ text: CacheBytes) {
        guard CacheNumber.double(text) != nil, let number = Number(text.text) else { return nil }
        self.number = number
    }

    /// Whether it is neither infinite nor no number.
    var isFinite: Bool { number.isFinite }

    /// The sum, with at most 17 digits after the point and no zeros at the end. Throws where it is no finite number.
    func adding(_ other: LongNumber) throws -> CacheBytes {
        let sum = number + other.number
        guard sum.isFinite else { throw CacheError("ERR increment would produce NaN or Infinity") }
        var buffer = [CChar](repeating: 0, count: 5200)
        #if arch(x86_64)
            withVaList([sum]) { _ = vsnprintf(&buffer, buffer.count, "%.17Lf", $0) }
        #else
            withVaList([sum]) { _ = vsnprintf(&buffer, buffer.count, "%.17f", $0) }
        #endif
        var digits = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        if digits.last == UInt8(ascii: ".") { digits.removeLast() }
        return digits == Array("-0".utf8) ? "0" : CacheBytes(digits)
    }
}
