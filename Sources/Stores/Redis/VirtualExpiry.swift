// Deadlines on the world's clock for keys of a server that knows only real time.

import Kernel
import StoreKit

/// Rewrites commands that give or read deadlines.
///
/// A deadline goes to the server as an absolute time that is shifted so far into the future that the server never
/// removes the key by itself. What is due on the world's clock is removed before each command. Both count whole
/// milliseconds.
struct VirtualExpiry {
    /// How far deadlines are shifted: a hundred years, in milliseconds.
    private static let shift: Int64 = 100 * 365 * 86_400 * 1000

    /// What the server is to be sent, and what its reply means.
    struct Rewritten {
        var command: CacheCommand
        var reading: @Sendable (CacheReply) -> CacheReply = { $0 }
        /// A key whose deadline is to be asked for afterwards, because another key's came to it.
        var movedTo: CacheBytes?
    }

    private struct Due: Comparable {
        let deadline: Int64
        let key: CacheBytes
        static func < (left: Due, right: Due) -> Bool { (left.deadline, left.key) < (right.deadline, right.key) }
    }

    private var deadlines: [Due] = []

    /// Notes that a key may be due at a time, in the server's milliseconds.
    mutating func note(_ key: CacheBytes, serverTime: Int64) {
        let due = Due(deadline: serverTime - Self.shift, key: key)
        let place = deadlines.firstIndex { due < $0 } ?? deadlines.count
        deadlines.insert(due, at: place)
    }

    /// The next key that may be due. Whether it is, the server's PEXPIRETIME says.
    mutating func takeDue(_ now: Instant) -> CacheBytes? {
        guard let first = deadlines.first, first.deadline <= now.milliseconds else { return nil }
        return deadlines.removeFirst().key
    }

    /// Whether a key with this PEXPIRETIME is due.
    static func isDue(_ serverTime: Int64, _ now: Instant) -> Bool {
        serverTime >= 0 && serverTime - shift <= now.milliseconds
    }

    /// A command as the server is to be sent it. What is wrong with a command, the server says.
    mutating func rewrite(_ command: CacheCommand, at now: Instant) -> Rewritten {
        let arguments = command.arguments
        switch (command.name.lowercased.text, arguments.count) {
        case ("set", 5...): return rewriteOptions(command, from: 3, at: now)
        case ("getex", 4): return rewriteOptions(command, from: 2, at: now)
        case ("setex", 4), ("psetex", 4):
            let unit: CacheBytes = arguments[0].count == 5 ? "ex" : "px"
            guard let time = serverTime(unit, arguments[2], now) else { return Rewritten(command: command) }
            note(arguments[1], serverTime: time)
            return Rewritten(command: ["SET", arguments[1], arguments[3], "PXAT", CacheBytes(time)])
        case ("expire", 3...), ("pexpire", 3...), ("expireat", 3...), ("pexpireat", 3...):
            return rewriteExpire(command, at: now)
        case ("ttl", 2), ("pttl", 2), ("expiretime", 2), ("pexpiretime", 2):
            let (name, milliseconds) = (command.name.lowercased.text, now.milliseconds)
            return Rewritten(command: ["PEXPIRETIME", arguments[1]]) { Self.read($0, as: name, milliseconds) }
        case ("rename", 3), ("renamenx", 3), ("copy", 3...): return Rewritten(command: command, movedTo: arguments[2])
        case ("time", 1):
            let (seconds, rest) = (now.seconds, now.nanoseconds / 1000 % 1_000_000)
            return Rewritten(command: command) { _ in .array([.text(String(seconds)), .text(String(rest))]) }
        default: return Rewritten(command: command)
        }
    }

    private mutating func rewriteOptions(_ command: CacheCommand, from first: Int, at now: Instant) -> Rewritten {
        var arguments = command.arguments
        var place = first
        while place + 1 < arguments.count {
            let word = arguments[place].lowercased
            if ["ex", "px", "exat", "pxat"].contains(word.text) {
                guard let time = serverTime(word, arguments[place + 1], now) else { return Rewritten(command: command) }
                (arguments[place], arguments[place + 1]) = ("PXAT", CacheBytes(time))
                note(arguments[1], serverTime: time)
                break
            }
            place += 1
        }
        return Rewritten(command: CacheCommand(arguments))
    }

    private mutating func rewriteExpire(_ command: CacheCommand, at now: Instant) -> Rewritten {
        var arguments = command.arguments
        let units = ["expire": "ex", "pexpire": "px", "expireat": "exat", "pexpireat": "pxat"]
        let unit = CacheBytes(units[command.name.lowercased.text] ?? "px")
        guard let amount = CacheNumber.integer(arguments[2]) else { return Rewritten(command: command) }
        // A deadline that is past removes the key: the server does so by a time that is past for it, too.
        let time = serverTime(unit, CacheBytes(amount), now, mayBePast: true)
        guard let time else { return Rewritten(command: command) }
        let isPast = time - Self.shift <= now.milliseconds
        arguments[0] = "PEXPIREAT"
        arguments[2] = CacheBytes(isPast ? 1 : time)
        if !isPast { note(arguments[1], serverTime: time) }
        return Rewritten(command: CacheCommand(arguments))
    }

    /// The server's time for an amount in a unit; nil where the server has to refuse it.
    private func serverTime(_ unit: CacheBytes, _ amount: CacheBytes, _ now: Instant, mayBePast: Bool = false) -> Int64? {
        guard let number = CacheNumber.integer(amount), mayBePast || number > 0 else { return nil }
        let (milliseconds, isTooLarge) = number.multipliedReportingOverflow(by: unit.bytes[0] == UInt8(ascii: "e") ? 1000 : 1)
        let base = unit.count == 4 ? Self.shift : Self.shift + now.milliseconds
        let (time, overflows) = milliseconds.addingReportingOverflow(base)
        return isTooLarge || overflows ? nil : time
    }

    private static func read(_ reply: CacheReply, as name: String, _ now: Int64) -> CacheReply {
        guard case .integer(let time) = reply, time >= 0 else { return reply }
        let deadline = time - shift
        return switch name {
        case "ttl": .integer((deadline - now + 500) / 1000)
        case "pttl": .integer(deadline - now)
        case "expiretime": .integer((deadline + 500) / 1000)
        default: .integer(deadline)
        }
    }
}
