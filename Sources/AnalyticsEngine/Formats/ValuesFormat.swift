// Values: rows in brackets. As input every value may be an expression.

/// The format of INSERT ... VALUES.
enum ValuesFormat {
    static let outputs: [OutputFormat] = [
        OutputFormat(name: "Values", contentType: "text/plain; charset=UTF-8") { result, context, _ in
            let text = ValueText(context: context, style: .quoted)
            var out: [UInt8] = []
            for row in 0..<result.rows.count {
                if row > 0 { out.append(UInt8(ascii: ",")) }
                out.append(UInt8(ascii: "("))
                for index in result.columns.indices {
                    if index > 0 { out.append(UInt8(ascii: ",")) }
                    try result.write(row, index, of: result.rows, text, &out)
                }
                out.append(UInt8(ascii: ")"))
            }
            return out
        }
    ]

    /// Reads rows: literals directly, everything else by the parser and the planner.
    static func read(_ input: InputFormat.Input, _ planner: Planner) throws -> InputRows {
        var rows = InputRows(columns: input.columns)
        var cursor = TextCursor(input.data)
        var number = 0
        while true {
            cursor.skipSpaces()
            if number > 0 { _ = cursor.skip(",") }
            cursor.skipSpaces()
            skipComments(&cursor)
            if cursor.isAtEnd || cursor.peek == UInt8(ascii: ";") { break }
            number += 1
            guard cursor.skip("(") else {
                throw EngineError(
                    .cannotParseInputAssertionFailed,
                    "Cannot parse input: expected '(' before: '\(cursor.snippet)': (at row \(number))")
            }
            try rows.add(number) { place in
                if place > 0 {
                    cursor.skipSpaces()
                    guard cursor.skip(",") else {
                        throw EngineError(
                            .cannotParseInputAssertionFailed, "Cannot parse input: expected ',' before: '\(cursor.snippet)'")
                    }
                }
                return try value(&cursor, input.columns[place].type.stored, input, planner)
            }
            cursor.skipSpaces()
            _ = cursor.skip(",")
            cursor.skipSpaces()
            guard cursor.skip(")") else {
                throw EngineError(
                    .cannotParseInputAssertionFailed,
                    "Cannot parse input: expected ')' before: '\(cursor.snippet)': (at row \(number))")
            }
        }
        return rows
    }

    private static func skipComments(_ cursor: inout TextCursor) {
        while cursor.peek == UInt8(ascii: "-"), cursor.peek(1) == UInt8(ascii: "-") {
            while let byte = cursor.peek, byte != 0x0A { cursor.index += 1 }
            cursor.skipSpaces()
        }
    }

    private static func value(_ cursor: inout TextCursor, _ type: DataType, _ input: InputFormat.Input, _ planner: Planner) throws
        -> Value?
    {
        cursor.skipSpaces()
        if cursor.skipWord("DEFAULT") { return nil }
        var quick = cursor
        if let value = try? input.reader.value(&quick, type) {
            quick.skipSpaces()
            if let next = quick.peek, next == UInt8(ascii: ",") || next == UInt8(ascii: ")") {
                cursor = quick
                return value
            }
        }
        var parser = Parser(Array(cursor.bytes[cursor.index...]))
        let expression: Expression
        do {
            expression = try parser.expression()
        } catch let error as EngineError where error.code == .syntaxError {
            throw EngineError(
                .syntaxError, "Cannot parse expression of type \(type.name) here: \(cursor.snippet). \(error.message)")
        }
        cursor.index += parser.endOfLast
        let resolver = Resolver(planner, Scope())
        let resolved = try resolver.resolve(expression)
        if resolved.constant == .null, !type.isNullable {
            guard input.context.settings["input_format_null_as_default"]?.integer == 0 else { return nil }
            throw EngineError(.typeMismatch, "Cannot insert NULL value into a column of type '\(type.name)'")
        }
        let evaluated = try Evaluator(Block([], count: 1), planner.context).evaluate(resolved)
        return try Cast(context: planner.context).column(evaluated, to: type).value(0)
    }
}
