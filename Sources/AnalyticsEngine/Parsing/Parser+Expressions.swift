// Expressions: operators by precedence, as ClickHouse binds them.

extension Parser {
    /// How tightly operators bind.
    enum Binding: Int {
        case lambda = 1
        case ternary, or, and, not, isNull, between, comparison, concatenation, sum, product, negation, access
    }

    private struct Operator {
        let function: String
        let binding: Binding
    }

    private static let markOperators: [String: Operator] = [
        "=": Operator(function: "equals", binding: .comparison), "==": Operator(function: "equals", binding: .comparison),
        "!=": Operator(function: "notEquals", binding: .comparison),
        "<>": Operator(function: "notEquals", binding: .comparison),
        "<": Operator(function: "less", binding: .comparison), ">": Operator(function: "greater", binding: .comparison),
        "<=": Operator(function: "lessOrEquals", binding: .comparison),
        ">=": Operator(function: "greaterOrEquals", binding: .comparison),
        "||": Operator(function: "concat", binding: .concatenation), "+": Operator(function: "plus", binding: .sum),
        "-": Operator(function: "minus", binding: .sum), "*": Operator(function: "multiply", binding: .product),
        "/": Operator(function: "divide", binding: .product), "%": Operator(function: "modulo", binding: .product),
    ]

    private static let wordOperators: [String: Operator] = [
        "or": Operator(function: "or", binding: .or), "and": Operator(function: "and", binding: .and),
        "like": Operator(function: "like", binding: .comparison), "ilike": Operator(function: "ilike", binding: .comparison),
        "div": Operator(function: "intDiv", binding: .product), "mod": Operator(function: "modulo", binding: .product),
    ]

    /// Operators whose chains are one call: `a AND b AND c`.
    private static let flat: Set<String> = ["and", "or", "concat"]

    /// An expression, with an alias if one follows.
    mutating func aliasedExpression(isBareAllowed: Bool = true) throws -> Expression {
        let parsed = try expression()
        guard let alias = try alias(isBareAllowed: isBareAllowed) else { return parsed }
        return parsed.named(alias)
    }

    /// An expression whose operators bind at least as tightly as `least`.
    mutating func expression(_ least: Binding = .lambda) throws -> Expression {
        var left = try prefix()
        while let next = try continued(left, least) { left = try checked(next) }
        return left
    }

    private mutating func prefix() throws -> Expression {
        if skip("not") {
            return .call("not", [try nested { try $0.expression(.isNull) }])
        }
        if followsMark("-") {
            let next = peek(1)
            if next.kind == .number {
                index += 1
                return try literal(isNegative: true)
            }
            if next.kind == .word, ["inf", "nan"].contains(next.string.lowercased()) {
                index += 2
                let number = next.string.lowercased() == "inf" ? -Double.infinity : Double.nan
                return .literal(.float(number))
            }
            index += 1
            return .call("negate", [try nested { try $0.expression(.negation) }])
        }
        if followsMark("+") {
            index += 1
            return try nested { try $0.expression(.negation) }
        }
        return try primary()
    }

    /// What follows a left operand, as one larger expression; nil where nothing does that binds tightly enough.
    private mutating func continued(_ left: Expression, _ least: Binding) throws -> Expression? {
        let token = peek()
        switch token.kind {
        case .mark:
            let mark = token.string
            if let found = Self.markOperators[mark], found.binding.rawValue >= least.rawValue {
                return try binary(left, found)
            }
            return try access(left, mark, least)
        case .word:
            return try continuedByWord(left, token.string.lowercased(), least)
        case .number where token.bytes.first == UInt8(ascii: "."):
            // `t.1`, where the lexer sees a fraction.
            guard least.rawValue <= Binding.access.rawValue, let number = UInt64(token.string.dropFirst()) else { return nil }
            index += 1
            return .call("tupleElement", [left, .literal(.unsigned(number))])
        default: return nil
        }
    }

    private mutating func binary(_ left: Expression, _ found: Operator) throws -> Expression {
        index += 1
        let next = Binding(rawValue: found.binding.rawValue + 1) ?? .access
        if found.binding == .comparison, follows("any") || follows("all") || follows("some"), followsMark("(", ahead: 1) {
            throw EngineError(.notImplemented, "Comparison with ANY or ALL of a sub-query is not supported")
        }
        let right = try nested { try $0.expression(next) }
        if Self.flat.contains(found.function), case .call(var call) = left.kind, call.name == found.function, left.alias == nil,
            isOpenChain(left)
        {
            call.arguments.append(right)
            return chain(Expression(.call(call)))
        }
        return chain(.call(found.function, [left, right]))
    }

    /// A chain grows only where no brackets were closed around it.
    private func isOpenChain(_ expression: Expression) -> Bool { openChain === expression }

    private mutating func chain(_ expression: Expression) -> Expression {
        openChain = expression
        return expression
    }

    private mutating func access(_ left: Expression, _ mark: String, _ least: Binding) throws -> Expression? {
        switch mark {
        case "[":
            index += 1
            let position = try nested { try $0.expression() }
            try expect(mark: "]")
            return .call("arrayElement", [left, position])
        case ".":
            index += 1
            let token = peek()
            if token.kind == .number, let number = UInt64(token.string) {
                index += 1
                return .call("tupleElement", [left, .literal(.unsigned(number))])
            }
            return .call("tupleElement", [left, .literal(.text(Array(try name().utf8)))])
        case "::":
            index += 1
            let type = try typeText()
            return .call("CAST", [left, .literal(.text(Array(type.utf8)))])
        case "?" where least.rawValue <= Binding.ternary.rawValue:
            index += 1
            let then = try nested { try $0.expression(.ternary) }
            try expect(mark: ":")
            return .call("if", [left, then, try nested { try $0.expression(.ternary) }])
        case "->" where least.rawValue <= Binding.lambda.rawValue:
            index += 1
            return Expression(.lambda(try lambdaParameters(left), try nested { try $0.expression(.lambda) }))
        default: return nil
        }
    }

    private mutating func lambdaParameters(_ left: Expression) throws -> [String] {
        switch left.kind {
        case .name(let parts) where parts.count == 1: return parts
        case .call(let call) where call.name == "tuple":
            return try call.arguments.map { argument in
                guard case .name(let parts) = argument.kind, parts.count == 1 else {
                    throw EngineError(.typeMismatch, "lambda argument declarations must be identifiers")
                }
                return parts[0]
            }
        default: throw EngineError(.syntaxError, "Syntax error: names are expected before '->'")
        }
    }

    private mutating func continuedByWord(_ left: Expression, _ word: String, _ least: Binding) throws -> Expression? {
        if let found = Self.wordOperators[word], found.binding.rawValue >= least.rawValue { return try binary(left, found) }
        if word == "is", least.rawValue <= Binding.isNull.rawValue {
            if skip("is", "not", "null") { return .call("isNotNull", [left]) }
            if skip("is", "null") { return .call("isNull", [left]) }
            return nil
        }
        if word == "between" || (word == "not" && isWordAhead("between")), least.rawValue <= Binding.between.rawValue {
            return try between(left)
        }
        guard least.rawValue <= Binding.comparison.rawValue else { return nil }
        if skip("in") || skip("global", "in") { return .call("in", [left, try rightOfIn()]) }
        if skip("not", "in") || skip("global", "not", "in") { return .call("notIn", [left, try rightOfIn()]) }
        let isNegated = word == "not"
        for name in ["like", "ilike"] where isNegated && isWordAhead(name) {
            index += 2
            let right = try nested { try $0.expression(.concatenation) }
            return .call(name == "like" ? "notLike" : "notILike", [left, right])
        }
        return nil
    }

    private mutating func rightOfIn() throws -> Expression { try nested { try $0.expression(.concatenation) } }

    private mutating func isWordAhead(_ word: String) -> Bool {
        let token = peek(1)
        return token.kind == .word && token.string.lowercased() == word
    }

    private mutating func between(_ left: Expression) throws -> Expression {
        let isNegated = skip("not")
        try expect("between")
        let low = try nested { try $0.expression(.comparison) }
        try expect("and")
        let high = try nested { try $0.expression(.comparison) }
        if isNegated { return .call("or", [.call("less", [left, low]), .call("greater", [left, high])]) }
        return .call("and", [.call("greaterOrEquals", [left, low]), .call("lessOrEquals", [left, high])])
    }
}
