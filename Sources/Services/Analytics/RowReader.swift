// Rows in JSONEachRow: from text to checked values.

import Wire

/// Reads the rows of an insert.
struct RowReader {
    let table: TableSchema

    /// The values of all rows, in the order of the table's columns; nil is NULL.
    /// Throws ``ClickHouseError`` 117 for the first row that is wrong.
    func rows(_ text: String) throws(ClickHouseError) -> [[String?]] {
        var rows: [[String?]] = []
        let bytes = Array(text.utf8)
        for object in try objects(in: bytes) {
            let number = rows.count + 1
            guard let value = try? JSONValue(json: bytes[object]), let members = value.object else {
                throw .incorrectData("Cannot parse JSON object", row: number)
            }
            rows.append(try row(members, number))
        }
        return rows
    }

    private func row(_ members: JSONObject, _ number: Int) throws(ClickHouseError) -> [String?] {
        var values: [String?] = []
        values.reserveCapacity(table.columns.count)
        var known = 0
        for column in table.columns {
            let found = members[column.name]
            if found != nil { known += 1 }
            let member = found ?? .null
            if member.isNull {
                values.append(column.type.defaultText)
            } else if let text = Self.text(member, column.type) {
                values.append(text)
            } else {
                throw .incorrectData("Cannot parse the value of column \(column.name): \(member.text)", row: number)
            }
        }
        if known < members.count, let unknown = members.first(where: { table.index(of: $0.key) == nil }) {
            throw .incorrectData("Unknown field found while parsing JSONEachRow format: \(unknown.key)", row: number)
        }
        return values
    }

    /// The value as text; nil where the type has no such value.
    private static func text(_ value: JSONValue, _ type: ColumnType) -> String? {
        switch type {
        case .string:
            if case .integer(let number) = value { return String(number) }
            return value.string
        case .uint32:
            let number = value.integer ?? value.string.flatMap { Int($0) }
            return number.flatMap { UInt32(exactly: $0) }.map { String($0) }
        case .enum8(let names):
            if let number = value.integer { return names.indices.contains(number - 1) ? names[number - 1] : nil }
            return value.string.flatMap { names.contains($0) ? $0 : nil }
        case .dateTime64: return value.string.flatMap(time)
        case .nullable(let inner): return text(value, inner)
        }
    }

    /// `2026-01-01 00:00:00[.123]`, also with `T` and `Z`, as `date_time_input_format=best_effort` takes it. Returns
    /// the first form with milliseconds.
    private static func time(_ text: String) -> String? {
        var bytes = Array(text.utf8)
        if bytes.last == UInt8(ascii: "Z") { bytes.removeLast() }
        let pattern = Array("dddd-dd-dd dd:dd:dd".utf8)
        guard bytes.count >= pattern.count else { return nil }
        if bytes[10] == UInt8(ascii: "T") { bytes[10] = UInt8(ascii: " ") }
        func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
        for (byte, expected) in zip(bytes, pattern) {
            guard expected == UInt8(ascii: "d") ? isDigit(byte) : byte == expected else { return nil }
        }
        var fraction = bytes[pattern.count...]
        if let point = fraction.first {
            guard point == UInt8(ascii: "."), fraction.count > 1, fraction.dropFirst().allSatisfy(isDigit) else { return nil }
            fraction = fraction.dropFirst().prefix(3)
        }
        func number(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 * 10 + Int($1) - 48 } }
        guard (1...12).contains(number(5..<7)), (1...31).contains(number(8..<10)), number(11..<13) < 24,
            number(14..<16) < 60, number(17..<19) < 60
        else { return nil }
        let digits = String(decoding: fraction, as: UTF8.self)
        return String(decoding: bytes[..<pattern.count], as: UTF8.self) + "."
            + digits + String(repeating: "0", count: 3 - digits.count)
    }

    /// Where the JSON objects are that follow each other in a text, with spaces or single commas between them.
    private func objects(in bytes: [UInt8]) throws(ClickHouseError) -> [Range<Int>] {
        var objects: [Range<Int>] = []
        var index = 0
        while true {
            while index < bytes.count, bytes[index] <= 0x20 || bytes[index] == UInt8(ascii: ",") && !objects.isEmpty {
                index += 1
            }
            guard index < bytes.count else { return objects }
            guard bytes[index] == UInt8(ascii: "{"), let end = Self.endOfObject(bytes, from: index) else {
                throw .incorrectData("Cannot parse input: expected a JSON object", row: objects.count + 1)
            }
            objects.append(index..<end)
            index = end
        }
    }

    /// The place behind the brace that closes the one at `start`; nil where none does.
    private static func endOfObject(_ bytes: [UInt8], from start: Int) -> Int? {
        var depth = 0
        var isInText = false
        var isEscaped = false
        for index in start..<bytes.count {
            let byte = bytes[index]
            if isInText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                }
            } else if byte == UInt8(ascii: "\"") {
                isInText = true
            } else if byte == UInt8(ascii: "{") {
                depth += 1
            } else if byte == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { return index + 1 }
            }
        }
        return nil
    }
}
