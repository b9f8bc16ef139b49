// Keys and values of a cache: bytes of any kind, which most of the time are text.

/// Some bytes, as Redis has them for keys, values and arguments.
public struct CacheBytes: Sendable, Hashable, Comparable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The bytes.
    public var bytes: [UInt8]

    /// These bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A text in UTF-8.
    public init(_ text: String) { bytes = Array(text.utf8) }

    /// A whole number in decimal digits.
    public init(_ number: Int64) { bytes = Array(String(number).utf8) }

    public init(stringLiteral value: String) { self.init(value) }

    /// The bytes read as UTF-8, with a replacement character for what is none.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public var description: String { text }

    /// How many bytes there are.
    public var count: Int { bytes.count }

    /// The bytes with ASCII capitals made small, as names of commands are compared.
    public var lowercased: CacheBytes { CacheBytes(bytes.map { (65...90).contains($0) ? $0 | 32 : $0 }) }

    /// In the order of the bytes, as `memcmp` has it.
    public static func < (left: CacheBytes, right: CacheBytes) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }

    // All bytes at once: an array of bytes is otherwise hashed byte by byte.
    public func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
}
