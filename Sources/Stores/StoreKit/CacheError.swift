// What a cache says when it cannot do what it was asked, in Redis' own words.

/// A command that the cache refused.
public struct CacheError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The error as Redis words it, its code first: `WRONGTYPE Operation against a key ...`.
    public let message: String

    /// An error in Redis' words.
    public init(_ message: String) { self.message = message }

    /// The first word of the message: `WRONGTYPE`, `ERR`, `LOADING`, `OOM`.
    public var code: String { String(message.prefix { $0 != " " }) }

    public var description: String { message }

    /// The key holds another kind of value than the command works on.
    public static let wrongType = CacheError("WRONGTYPE Operation against a key holding the wrong kind of value")
    /// The value to be added to is not a whole number of 64 bits.
    public static let notAnInteger = CacheError("ERR value is not an integer or out of range")
    /// The sum does not fit into 64 bits.
    public static let overflow = CacheError("ERR increment or decrement would overflow")
    /// The expiry given to a command is not positive, or beyond what the store can count.
    public static func invalidExpiry(in command: String) -> CacheError {
        CacheError("ERR invalid expire time in '\(command)' command")
    }

    /// The arguments of a command make no sense together.
    public static let syntax = CacheError("ERR syntax error")
    /// A number with a fraction was needed.
    public static let notANumber = CacheError("ERR value is not a valid float")

    /// A command of sessions was given to the store itself.
    public static func sessionNeeded(_ command: String) -> CacheError {
        CacheError("ERR '\(command)' needs a session: open one with connect")
    }

    /// A reply of another type than the caller reads.
    static func unexpected(_ reply: CacheReply, _ wanted: String) -> CacheError {
        CacheError("ERR the reply is not \(wanted): \(reply)")
    }
}
