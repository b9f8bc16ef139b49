// Writes replies in the two versions of Redis' protocol.

public import NIOCore

/// A writer of replies into a buffer (https://redis.io/docs/latest/develop/reference/protocol-spec).
public struct RESPWriter: Sendable {
    /// 2 or 3. What version 2 lacks is written as what Redis sends in its stead.
    public var version: Int
    /// What was written.
    public var buffer = ByteBuffer()

    /// A writer of a version.
    public init(version: Int = 2) { self.version = version }

    /// A simple string. Ends of lines within it become spaces.
    public mutating func status(_ text: String) { line("+", Self.oneLine(text)) }

    /// An error. Ends of lines within it become spaces.
    public mutating func error(_ text: String) { line("-", Self.oneLine(text)) }

    /// A whole number.
    public mutating func integer(_ number: Int64) { line(":", String(number)) }

    /// Bytes.
    public mutating func bulk(_ bytes: [UInt8]) {
        line("$", String(bytes.count))
        buffer.writeBytes(bytes)
        buffer.writeStaticString("\r\n")
    }

    /// Nothing, where bytes could be.
    public mutating func null() { buffer.writeString(version == 3 ? "_\r\n" : "$-1\r\n") }

    /// Nothing, where an array could be.
    public mutating func nullArray() { buffer.writeString(version == 3 ? "_\r\n" : "*-1\r\n") }

    /// A number with a fraction: bytes in version 2.
    public mutating func double(_ text: String) { if version == 3 { line(",", text) } else { bulk(Array(text.utf8)) } }

    /// The head of an array of `count` replies, which follow.
    public mutating func array(_ count: Int) { line("*", String(count)) }

    /// The head of a map of `count` keys with values, which follow: an array of twice as many in version 2.
    public mutating func map(_ count: Int) { if version == 3 { line("%", String(count)) } else { array(2 * count) } }

    /// The head of a set of `count` replies, which follow: an array in version 2.
    public mutating func set(_ count: Int) { line(version == 3 ? "~" : "*", String(count)) }

    /// The head of a message that nobody asked for: an array in version 2.
    public mutating func push(_ count: Int) { line(version == 3 ? ">" : "*", String(count)) }

    private mutating func line(_ type: StaticString, _ text: String) {
        buffer.writeStaticString(type)
        buffer.writeString(text)
        buffer.writeStaticString("\r\n")
    }

    private mutating func line(_ type: String, _ text: String) { buffer.writeString(type + text + "\r\n") }

    private static func oneLine(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 10 || $0 == 13 }) else { return text }
        return String(decoding: text.utf8.map { $0 == 10 || $0 == 13 ? 32 : $0 }, as: UTF8.self)
    }
}
