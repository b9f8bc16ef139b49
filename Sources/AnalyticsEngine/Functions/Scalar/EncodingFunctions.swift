// Texts of bytes: hex, base64, char, bin.

import Foundation

/// Encoding functions.
enum EncodingFunctions {
    static let all: [Function] = [
        Function("hex", arity: 1...1, anyCase: true, type: { _ in .string }) { arguments in
            let column = arguments.column(0)
            return arguments.texts { row in
                let bytes = bytes(column, row, arguments[0].type)
                let text = bytes.map { hexDigits(UInt64($0), 2) }.joined()
                guard !isText(column), arguments[0].type.isInteger || arguments[0].type.isDateOrTime else {
                    return Array(text.utf8)
                }
                return Array(String(text).utf8)
            }
        },
        StringFunctions.mapping("unhex", anyCase: true) { text in
            let digits = text.count % 2 == 0 ? Array(text) : [UInt8(ascii: "0")] + text
            return stride(from: 0, to: digits.count, by: 2).map {
                (EscapeSequence.hexValue(digits[$0]) ?? 0) << 4 | (EscapeSequence.hexValue(digits[$0 + 1]) ?? 0)
            }
        },
        Function("bin", arity: 1...1, anyCase: true, type: { _ in .string }) { arguments in
            let column = arguments.column(0)
            return arguments.texts { row in
                bytes(column, row, arguments[0].type).flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 + 48 } }
            }
        },
        StringFunctions.mapping("base64Encode", "TO_BASE64", anyCase: true) { Array(Data($0).base64EncodedString().utf8) },
        Function(
            "base64Decode", "FROM_BASE64", arity: 1...1, anyCase: true,
            type: { signature in
                try StringFunctions.isText(signature)
                return .string
            }
        ) { arguments in
            let texts = arguments.texts(0)
            return try arguments.texts { row in
                guard let data = Data(base64Encoded: Data(texts[row])) else {
                    throw EngineError(
                        .incorrectData, "Failed to base64Decode input '\(String(decoding: texts[row], as: UTF8.self))'")
                }
                return Array(data)
            }
        },
        Function("char", arity: 1...Function.anyNumber, anyCase: true, type: { _ in .string }) { arguments in
            let columns = arguments.values.indices.map { arguments.int64s($0) }
            return arguments.texts { row in columns.map { UInt8(truncatingIfNeeded: $0[row]) } }
        },
    ]

    private static func isText(_ column: Column) -> Bool {
        if case .text = column { return true }
        return false
    }

    private static func hexDigits(_ number: UInt64, _ count: Int) -> String {
        let text = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }

    /// The bytes of a value: a text's own, an integer's from the highest that is not 0, a float's as stored.
    private static func bytes(_ column: Column, _ row: Int, _ type: DataType) -> [UInt8] {
        if case .text(let texts) = column { return Array(texts[row]) }
        var bytes: [UInt8] = []
        column.appendRaw(row, &bytes)
        if type.isFloat { return bytes }
        while bytes.count > 1, bytes.last == 0 { bytes.removeLast() }
        return bytes.reversed()
    }
}
