// What stands between operators: literals, names, calls, brackets, and the forms that look like calls.

extension Parser {
    /// An expression without operators.
    mutating func primary() throws -> Expression {
        let token = peek()
        switch token.kind {
        case .number: return try literal(isNegative: false)
        case .text:
            index += 1
            return .literal(.text(token.bytes))
        case .quotedName: return try nameOrCall()
        case .word: return try word(token.string.lowercased())
        case .mark: return try bracket(token.string)
        default: throw failure(expected: "expression")
        }
    }

    private mutating func bracket(_ mark: String) throws -> Expression {
        switch mark {
        case "(":
            index += 1
            return try nested { try $0.parenthesised() }
        case "[":
            index += 1
            if skip(mark: "]") { return Self.arrayLiteral([]) }
            let elements = try nested { parser in try parser.list { try $0.aliasedExpression() } }
            try expect(mark: "]")
            return Self.arrayLiteral(elements)
        case "*":
            index += 1
            return Expression(.asterisk(qualifier: [], except: try exceptions()))
        case "{":
            index += 1
            let name = try name("parameter name")
            try expect(mark: ":")
            let type = try typeText()
            try expect(mark: "}")
            return Expression(.parameter(name: name, type: type))
        default: throw failure(expected: "expression")
        }
    }

    private mutating func exceptions() throws -> [String] {
        guard skip("except") else { return [] }
        guard skip(mark: "(") else { return [try name()] }
        let names = try list { try $0.name() }
        try expect(mark: ")")
        return names
    }

    /// A sub-query, a tuple, or an expression; the bracket has been read.
    private mutating func parenthesised() throws -> Expression {
        if follows("select") || follows("with") || follows("from") || followsMark("(") && isBracketedQuery() {
            let query = try union()
            try expect(mark: ")")
            return Expression(.subquery(query))
        }
        if skip(mark: ")") { return .call("tuple", []) }
        var elements = [try aliasedExpression()]
        var isTuple = false
        while skip(mark: ",") {
            isTuple = true
            if followsMark(")") { break }
            elements.append(try aliasedExpression())
        }
        try expect(mark: ")")
        openChain = nil
        return isTuple ? Self.tupleLiteral(elements) : elements[0]
    }

    /// Whether brackets, and nothing else, stand before SELECT.
    private mutating func isBracketedQuery() -> Bool {
        var ahead = 0
        while followsMark("(", ahead: ahead), ahead < Self.deepestNesting { ahead += 1 }
        let token = peek(ahead)
        return token.kind == .word && ["select", "with"].contains(token.string.lowercased())
    }

    /// Literals of literals are literals themselves.
    static func arrayLiteral(_ elements: [Expression]) -> Expression {
        guard let values = literals(elements),
            let type = try? Supertype.of(elements.map { literalType($0) })
        else { return .call("array", elements) }
        return Expression(.literal(.array(values), .array(type), ValueText.literal(.array(values))))
    }

    static func tupleLiteral(_ elements: [Expression]) -> Expression {
        guard let values = literals(elements) else { return .call("tuple", elements) }
        let type = DataType.tuple(elements.map { TupleMember(name: nil, type: literalType($0)) })
        return Expression(.literal(.tuple(values), type, ValueText.literal(.tuple(values))))
    }

    private static func literals(_ elements: [Expression]) -> [Value]? {
        var values: [Value] = []
        for element in elements {
            guard case .literal(let value, _, _) = element.kind, element.alias == nil else { return nil }
            values.append(value)
        }
        return values
    }

    private static func literalType(_ element: Expression) -> DataType {
        if case .literal(_, let type, _) = element.kind { return type }
        return .nothing
    }

    /// A number, after its minus.
    mutating func literal(isNegative: Bool) throws -> Expression {
        let token = advance()
        guard let value = NumberText.literal(token.bytes, isNegative: isNegative) else {
            throw EngineError(.syntaxError, "Syntax error: '\(token.string)' is no number")
        }
        return .literal(value)
    }

    private mutating func word(_ word: String) throws -> Expression {
        switch word {
        case "null" where !followsMark("(", ahead: 1):
            index += 1
            return .literal(.null)
        case "true", "false":
            if followsMark("(", ahead: 1) { break }
            index += 1
            return Expression(.literal(.unsigned(word == "true" ? 1 : 0), .bool, word))
        case "inf", "nan":
            if followsMark("(", ahead: 1) { break }
            index += 1
            return .literal(.float(word == "inf" ? .infinity : .nan))
        case "case": return try nested { try $0.caseExpression() }
        case "interval" where !followsMark("(", ahead: 1):
            if let interval = try interval() { return interval }
        case "cast" where followsMark("(", ahead: 1): return try nested { try $0.cast() }
        case "extract" where followsMark("(", ahead: 1):
            if let part = try nested({ try $0.extract() }) { return part }
        case "date", "timestamp":
            let next = peek(1)
            guard next.kind == .text else { break }
            index += 2
            return .call(word == "date" ? "toDate" : "toDateTime", [.literal(.text(next.bytes))])
        case "substring", "trim", "ltrim", "rtrim", "position", "columns", "exists", "date_add", "dateadd", "date_sub", "datesub",
            "timestamp_add", "timestampadd", "timestamp_sub", "timestampsub", "date_diff", "datediff":
            guard followsMark("(", ahead: 1) else { break }
            if let special = try nested({ try $0.spokenCall(word) }) { return special }
        default:
            if word == "select" || Self.cannotBeginExpression.contains(word) { throw failure(expected: "expression") }
        }
        return try nameOrCall()
    }

    private static let cannotBeginExpression: Set<String> = ["from", "where", "group", "having", "order", "union", "then"]

    /// A name of one or more parts, `t.*`, or a call.
    mutating func nameOrCall() throws -> Expression {
        var parts = [try name()]
        if followsMark("("), parts.count == 1 { return try call(parts[0]) }
        while followsMark("."), parts.count < 8 {
            let next = peek(1)
            if next.kind == .mark, next.bytes == [UInt8(ascii: "*")] {
                index += 2
                return Expression(.asterisk(qualifier: parts, except: try exceptions()))
            }
            guard next.kind == .word || next.kind == .quotedName else { break }
            index += 2
            parts.append(next.string)
        }
        return Expression(.name(parts))
    }

    /// The arguments of a call; its name has been read.
    mutating func call(_ name: String) throws -> Expression {
        try nested { parser in
            try parser.expect(mark: "(")
            var call = Expression.Call(name: name, arguments: [])
            call.isDistinct = parser.skip("distinct")
            if parser.follows("all"), !parser.followsMark(")", ahead: 1), !parser.followsMark(",", ahead: 1) { parser.index += 1 }
            call.arguments = try parser.arguments()
            if parser.followsMark("("), !call.isDistinct {
                parser.index += 1
                call.parameters = call.arguments
                call.isDistinct = parser.skip("distinct")
                call.arguments = try parser.arguments()
            }
            if parser.skip("filter") {
                try parser.expect(mark: "(")
                try parser.expect("where")
                call.name += "If"
                call.arguments.append(try parser.expression())
                try parser.expect(mark: ")")
            }
            if parser.skip("over") {
                call.hasWindow = true
                if parser.skip(mark: "(") { _ = try parser.bracketedText() } else { _ = try parser.name() }
            }
            return try parser.checked(Expression(.call(parser.normal(call))))
        }
    }

    /// Calls that are other expressions in another dress.
    private func normal(_ call: Expression.Call) -> Expression.Call {
        var call = call
        if call.name.lowercased() == "count", call.arguments.count == 1, case .asterisk = call.arguments[0].kind {
            call.arguments = []
        }
        return call
    }

    private mutating func arguments() throws -> [Expression] {
        if skip(mark: ")") { return [] }
        if follows("select") || follows("with") {
            let query = try union()
            try expect(mark: ")")
            return [Expression(.subquery(query))]
        }
        let arguments = try list { try $0.aliasedExpression() }
        try expect(mark: ")")
        return arguments
    }

    /// A type, as text: `Array(Nullable(String))`.
    mutating func typeText() throws -> String {
        var text = try name("data type")
        let lower = text.lowercased()
        if lower == "double", skip("precision") { text = "Float64" }
        while ["unsigned", "signed"].contains(peek().string.lowercased()), peek().kind == .word {
            text = (peek().string.lowercased() == "unsigned" ? "U" : "") + text
            index += 1
        }
        if skip(mark: "(") { text += "(" + (try bracketedText()) + ")" }
        return text
    }
}
