// What a cache answers: the types of RESP (https://redis.io/docs/latest/develop/reference/protocol-spec).

/// A reply. Those that RESP2 lacks say what becomes of them there.
public indirect enum CacheReply: Sendable, Hashable {
    /// A simple string: `OK`.
    case status(String)
    /// A refusal.
    case error(CacheError)
    /// A whole number.
    case integer(Int64)
    /// A bulk string.
    case bytes(CacheBytes)
    /// Nothing, where bytes could be.
    case null
    /// Nothing, where an array could be; RESP3 has one nothing for both.
    case nullArray
    /// Several replies.
    case array([CacheReply])
    /// Keys and values in turn; an array in RESP2.
    case map([CacheReply])
    /// Members with their scores, or fields with their values, in turn; RESP3 has an array for each pair.
    case pairs([CacheReply])
    /// Elements in no order that means anything; an array in RESP2.
    case set([CacheReply])
    /// A number with a fraction; its text as bytes in RESP2.
    case double(Double)
    /// What is sent without being asked for, such as a message of a channel; an array in RESP2.
    case push([CacheReply])

    /// The usual success.
    public static let ok = CacheReply.status("OK")

    /// A text as bytes.
    public static func text(_ text: String) -> CacheReply { .bytes(CacheBytes(text)) }

    /// One for yes and nothing for no, as Redis answers yes and no.
    public static func flag(_ isTrue: Bool) -> CacheReply { .integer(isTrue ? 1 : 0) }

    /// Bytes, or nothing.
    public static func bytes(orNull bytes: CacheBytes?) -> CacheReply { bytes.map { .bytes($0) } ?? .null }

    /// The reply as RESP2 can say it, with one nothing for both.
    public var resp2: CacheReply {
        switch self {
        case .map(let parts), .pairs(let parts), .set(let parts), .push(let parts), .array(let parts):
            .array(parts.map(\.resp2))
        case .double(let number): .bytes(CacheBytes(CacheNumber.text(number)))
        case .nullArray: .null
        case .status, .error, .integer, .bytes, .null: self
        }
    }
}

// MARK: Reading replies

extension CacheReply {
    /// The reply; throws the ``CacheError`` that it is.
    @discardableResult
    public func checked() throws(CacheError) -> CacheReply {
        if case .error(let error) = self { throw error }
        return self
    }

    /// The whole number that the reply is. Throws the ``CacheError`` that it is.
    public func integer() throws(CacheError) -> Int64 {
        guard case .integer(let number) = try checked() else { throw .unexpected(self, "a whole number") }
        return number
    }

    /// The bytes that the reply is, nil for nothing. Throws the ``CacheError`` that it is.
    public func bytes() throws(CacheError) -> CacheBytes? {
        switch try checked() {
        case .bytes(let bytes): return bytes
        case .status(let text): return CacheBytes(text)
        case .double(let number): return CacheBytes(CacheNumber.text(number))
        case .null, .nullArray: return nil
        default: throw .unexpected(self, "bytes")
        }
    }

    /// The elements of the reply, none for nothing. Throws the ``CacheError`` that it is.
    public func elements() throws(CacheError) -> [CacheReply] {
        switch try checked() {
        case .array(let parts), .map(let parts), .pairs(let parts), .set(let parts), .push(let parts): return parts
        case .null, .nullArray: return []
        default: throw .unexpected(self, "an array")
        }
    }

    /// The texts of the reply's elements; elements that are nothing are left out. Throws the ``CacheError`` that it is.
    public func texts() throws(CacheError) -> [String] {
        var texts: [String] = []
        for element in try elements() {
            if let bytes = try element.bytes() { texts.append(bytes.text) }
        }
        return texts
    }

    /// The number that the reply is, nil for nothing. Throws the ``CacheError`` that it is.
    public func number() throws(CacheError) -> Double? {
        switch try checked() {
        case .double(let number): return number
        case .integer(let number): return Double(number)
        default:
            guard let bytes = try bytes() else { return nil }
            guard let number = CacheNumber.double(bytes) else { throw .unexpected(self, "a number") }
            return number
        }
    }
}
