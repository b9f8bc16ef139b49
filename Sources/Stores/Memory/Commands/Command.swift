// A command as the table knows it: its name, how many arguments it takes, what it may do, and how it is performed.

import Kernel
import StoreKit

/// One command of the keyspace.
struct Command: Sendable {
    /// What is known of a command before it is performed (COMMAND INFO).
    struct Flags: OptionSet, Sendable {
        let rawValue: Int
        /// May change keys.
        static let write = Flags(rawValue: 1)
        /// Only reads keys.
        static let readOnly = Flags(rawValue: 2)
        /// Takes O(1) or O(log n).
        static let fast = Flags(rawValue: 4)
        /// Answers differently for equal keyspaces.
        static let random = Flags(rawValue: 8)

        var names: [String] {
            [("write", Flags.write), ("readonly", .readOnly), ("fast", .fast)].filter { contains($0.1) }.map(\.0)
        }
    }

    /// How a command is performed.
    enum Body: Sendable {
        /// On the database that the client has chosen.
        case database(@Sendable (inout Database, Arguments) throws -> CacheReply)
        /// On the whole keyspace; the number is the client's database.
        case keyspace(@Sendable (inout Keyspace, Arguments, Int) throws -> CacheReply)
        /// On the client's connection: the keyspace performs it where it has the client.
        case client
    }

    /// The name, in small letters.
    let name: String
    /// How many arguments it takes, the name included; negative: at least so many.
    let arity: Int
    let flags: Flags
    let body: Body

    init(
        _ name: String, _ arity: Int, _ flags: Flags, _ run: @escaping @Sendable (inout Database, Arguments) throws -> CacheReply
    ) {
        self.init(name, arity, flags, body: .database(run))
    }

    init(_ name: String, _ arity: Int, _ flags: Flags = [], body: Body) {
        (self.name, self.arity, self.flags, self.body) = (name, arity, flags, body)
    }

    /// Whether it takes so many arguments.
    func takes(_ count: Int) -> Bool { arity < 0 ? count >= -arity : count == arity }

    /// What is said of the wrong number of arguments.
    static func wrongNumber(_ name: String) -> CacheError {
        CacheError("ERR wrong number of arguments for '\(name)' command")
    }
}

/// The arguments of a command, its name at 0.
struct Arguments {
    let all: [CacheBytes]

    var count: Int { all.count }
    subscript(_ place: Int) -> CacheBytes { all[place] }

    /// An argument in small letters, to be compared with options.
    func word(_ place: Int) -> String { all[place].lowercased.text }

    /// The arguments from a place on.
    func from(_ place: Int) -> ArraySlice<CacheBytes> { all[min(place, all.count)...] }

    /// The whole number at a place. Throws ``StoreKit/CacheError/notAnInteger``.
    func integer(_ place: Int) throws -> Int64 {
        guard let number = CacheNumber.integer(all[place]) else { throw CacheError.notAnInteger }
        return number
    }

    /// The number at a place. Throws ``StoreKit/CacheError/notANumber``.
    func double(_ place: Int) throws -> Double {
        guard let number = CacheNumber.double(all[place]) else { throw CacheError.notANumber }
        return number
    }
}

/// Every command, by name.
enum CommandTable {
    /// The families, in the order in which COMMAND lists them.
    private static let families = [
        StringCommands.all, NumberCommands.all, KeyCommands.all, ExpiryCommands.all, ScanCommands.all, HashCommands.all,
        ListCommands.all, SetCommands.all, SortedSetCommands.all, SortedSetRangeCommands.all, ServerCommands.all,
        ConnectionCommands.all,
    ]

    static let all = families.flatMap { $0 }
    private static let byName = Dictionary(uniqueKeysWithValues: all.map { (CacheBytes($0.name), $0) })

    /// The command of a name in any letters. Most callers write capitals.
    static func command(_ name: CacheBytes) -> Command? { byName[name.lowercased] }

    /// What Redis says of a name that it does not know.
    static func unknown(_ command: CacheCommand) -> CacheError {
        // As C's formats do: at most so many bytes, and none behind a zero.
        func shown(_ bytes: CacheBytes, _ limit: Int) -> [UInt8] {
            bytes.bytes.prefix(limit).prefix { $0 != 0 }.map { $0 == 10 || $0 == 13 ? 32 : $0 }
        }
        var arguments: [UInt8] = []
        for argument in command.arguments.dropFirst() {
            guard arguments.count < 128 else { break }
            arguments += Array("'".utf8) + shown(argument, 128 - arguments.count) + Array("' ".utf8)
        }
        let name = CacheBytes(shown(command.name, 128)).text
        return CacheError("ERR unknown command '\(name)', with args beginning with: \(CacheBytes(arguments).text)")
    }
}
