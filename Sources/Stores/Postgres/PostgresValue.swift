// Values on their way to PostgreSQL and back, so that rows come out as they do from SQLite.

import StoreKit

/// Reads and writes values in PostgreSQL's text format.
enum PostgresValue {
    /// A parameter as text, ended by a zero; nil for NULL. The server infers its type. Throws 22021 for a text with a
    /// zero, which PostgreSQL's texts cannot hold.
    static func parameter(_ value: SQLValue) throws -> [CChar]? {
        switch value {
        case .null: return nil
        case .integer(let number): return text(String(number))
        case .real(let number):
            return text(number.isNaN ? "NaN" : number.isInfinite ? (number > 0 ? "Infinity" : "-Infinity") : "\(number)")
        case .text(let value):
            guard !value.utf8.contains(0) else {
                throw SQLError(state: "22021", message: "invalid byte sequence for encoding \"UTF8\": 0x00")
            }
            return text(value)
        case .blob(let bytes):
            let digits = Array("0123456789abcdef".utf8)
            var hex = Array("\\x".utf8)
            for byte in bytes {
                hex.append(digits[Int(byte >> 4)])
                hex.append(digits[Int(byte & 15)])
            }
            return hex.map { CChar(bitPattern: $0) } + [0]
        }
    }

    private static func text(_ text: String) -> [CChar] { text.utf8.map { CChar(bitPattern: $0) } + [0] }

    /// A value of a column, by its type's number (`pg_type.oid`). A truth value is 1 or 0, and a NUMERIC without a
    /// fraction a whole number, as in SQLite.
    static func value(_ text: UnsafeBufferPointer<UInt8>, type: UInt32) -> SQLValue {
        func string() -> String { String(decoding: text, as: UTF8.self) }
        switch type {
        case 16: return .integer(text.first == UInt8(ascii: "t") ? 1 : 0)
        case 20, 21, 23, 26: return Int64(string()).map { .integer($0) } ?? .text(string())
        case 700, 701: return real(string())
        case 1700:
            let digits = string()
            return Int64(digits).map { .integer($0) } ?? real(digits)
        case 17: return .blob(bytes(text))
        default: return .text(string())
        }
    }

    private static func real(_ text: String) -> SQLValue {
        switch text {
        case "NaN": .real(.nan)
        case "Infinity": .real(.infinity)
        case "-Infinity": .real(-.infinity)
        default: Double(text).map { .real($0) } ?? .text(text)
        }
    }

    /// The bytes of `\x0aff`.
    private static func bytes(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        func digit(_ byte: UInt8) -> UInt8 {
            byte <= UInt8(ascii: "9") ? byte - UInt8(ascii: "0") : byte - UInt8(ascii: "a") + 10
        }
        return stride(from: 2, to: text.count - 1, by: 2).map { digit(text[$0]) << 4 | digit(text[$0 + 1]) }
    }
}
