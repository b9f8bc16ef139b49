// Forms of standard SQL that read like sentences: CASE, CAST AS, EXTRACT FROM, INTERVAL, TRIM BOTH FROM.

extension Parser {
    /// `CASE [x] WHEN a THEN b ... [ELSE c] END`.
    mutating func caseExpression() throws -> Expression {
        try expect("case")
        let subject = follows("when") ? nil : try expression()
        var arguments: [Expression] = []
        while skip("when") {
            let when = try expression()
            try expect("then")
            arguments += [subject.map { .call("equals", [$0, when]) } ?? when, try expression()]
        }
        guard !arguments.isEmpty else { throw failure(expected: "WHEN") }
        arguments.append(skip("else") ? try expression() : .literal(.null))
        try expect("end")
        return .call(arguments.count == 3 ? "if" : "multiIf", arguments)
    }

    /// `CAST(x AS Type)` and `CAST(x, 'Type')`.
    mutating func cast() throws -> Expression {
        index += 2
        let value = try aliasedExpressionUnlessType()
        if skip("as") {
            let type = try typeText()
            try expect(mark: ")")
            return .call("CAST", [value, .literal(.text(Array(type.utf8)))])
        }
        try expect(mark: ",")
        let type = try expression()
        try expect(mark: ")")
        return .call("CAST", [value, type])
    }

    /// In CAST, AS may give an alias or the type: `CAST(x AS y AS Type)`.
    private mutating func aliasedExpressionUnlessType() throws -> Expression {
        let value = try expression()
        guard follows("as"), peek(1).kind == .word || peek(1).kind == .quotedName else { return value }
        let behind = peek(2)
        let isAlias = behind.kind == .word && behind.string.lowercased() == "as" || behind.bytes == [UInt8(ascii: ",")]
        guard isAlias else { return value }
        return value.named(try alias())
    }

    /// `EXTRACT(part FROM date)`; nil where it is the function `extract`.
    mutating func extract() throws -> Expression? {
        guard peek(3).kind == .word, peek(3).string.lowercased() == "from" else { return nil }
        let functions = [
            "SECOND": "toSecond", "MINUTE": "toMinute", "HOUR": "toHour", "DAY": "toDayOfMonth", "WEEK": "toRelativeWeekNum",
            "MONTH": "toMonth", "QUARTER": "toQuarter", "YEAR": "toYear",
        ]
        guard let unit = Self.unit(peek(2).string), let function = functions[unit.rawValue.uppercased()] else { return nil }
        index += 4
        let date = try expression()
        try expect(mark: ")")
        return .call(function, [date])
    }

    /// The unit of a word: `day`, `DAYS`, `SQL_TSI_DAY`.
    static func unit(_ word: String) -> IntervalUnit? {
        var name = word.uppercased()
        if name.hasPrefix("SQL_TSI_") { name.removeFirst(8) }
        if let unit = IntervalUnit.allCases.first(where: { $0.rawValue.uppercased() == name }) { return unit }
        if name.hasSuffix("S") {
            name.removeLast()
            if let unit = IntervalUnit.allCases.first(where: { $0.rawValue.uppercased() == name }) { return unit }
        }
        let short: [String: IntervalUnit] = [
            "SS": .second, "MI": .minute, "N": .minute, "HH": .hour, "H": .hour, "DD": .day, "D": .day, "WK": .week, "WW": .week,
            "MM": .month, "M": .month, "QQ": .quarter, "Q": .quarter, "YYYY": .year, "YY": .year, "S": .second,
        ]
        return short[name]
    }

    /// `INTERVAL 1 DAY` and `INTERVAL '1 day'`; nil where `interval` is a name.
    mutating func interval() throws -> Expression? {
        let start = index
        index += 1
        let token = peek()
        if token.kind == .text {
            let parts = token.string.split(separator: " ")
            if parts.count == 2, let number = Int64(parts[0]), let unit = Self.unit(String(parts[1])) {
                index += 1
                return .call("toInterval" + unit.rawValue, [.literal(.integer(number))])
            }
        }
        guard token.kind != .end, token.kind != .semicolon, token.bytes != [UInt8(ascii: ",")],
            token.bytes != [UInt8(ascii: ")")], token.bytes != [UInt8(ascii: ".")]
        else {
            index = start
            return nil
        }
        let amount = try nested { try $0.expression(.sum) }
        guard let unit = Self.unit(peek().string), peek().kind == .word else { throw failure(expected: "interval kind") }
        index += 1
        if case .literal(.text(let text), _, _) = amount.kind, let number = Int64(String(decoding: text, as: UTF8.self)) {
            return .call("toInterval" + unit.rawValue, [.literal(.integer(number))])
        }
        return .call("toInterval" + unit.rawValue, [amount])
    }

    /// Calls whose arguments are joined by words; nil, and nothing read, where the call is an ordinary one.
    mutating func spokenCall(_ word: String) throws -> Expression? {
        let start = index
        index += 2
        switch word {
        case "substring":
            let text = try expression()
            if skip("from") {
                var arguments = [text, try expression()]
                if skip("for") { arguments.append(try expression()) }
                try expect(mark: ")")
                return .call("substring", arguments)
            }
        case "trim", "ltrim", "rtrim":
            if let trimmed = try trim(word) { return trimmed }
        case "position":
            let needle = try expression(.concatenation)
            if skip("in") {
                let haystack = try expression()
                try expect(mark: ")")
                return .call("position", [haystack, needle])
            }
        case "columns":
            let token = peek()
            if token.kind == .text, followsMark(")", ahead: 1) {
                index += 2
                return Expression(.columns(token.string))
            }
        case "exists":
            if follows("select") || follows("with") {
                let query = try union()
                try expect(mark: ")")
                return .call("exists", [Expression(.subquery(query))])
            }
        default:
            if let date = try dateArithmetic(word) { return date }
        }
        index = start
        return nil
    }

    private mutating func trim(_ word: String) throws -> Expression? {
        var function = ["trim": "trimBoth", "ltrim": "trimLeft", "rtrim": "trimRight"][word] ?? word
        if skip("both") || skip("leading") || skip("trailing") {
            let side = String(decoding: bytes[..<endOfLast].suffix(7), as: UTF8.self).lowercased()
            function = side.hasSuffix("leading") ? "trimLeft" : side.hasSuffix("railing") ? "trimRight" : "trimBoth"
            let characters = try expression()
            try expect("from")
            let text = try expression()
            try expect(mark: ")")
            return .call(function, [text, characters])
        }
        let text = try expression()
        guard skip(mark: ")") else { return nil }
        return .call(function, [text])
    }

    /// `DATE_ADD(DAY, 1, d)`, `DATE_ADD(d, INTERVAL 1 DAY)`, `DATE_DIFF(DAY, a, b)`.
    private mutating func dateArithmetic(_ word: String) throws -> Expression? {
        let isDifference = word.hasSuffix("diff")
        if let unit = Self.unit(peek().string), peek().kind == .word, followsMark(",", ahead: 1) {
            index += 2
            let first = try expression()
            try expect(mark: ",")
            let second = try expression()
            if isDifference {
                var arguments: [Expression] = [.literal(.text(Array(unit.rawValue.lowercased().utf8))), first, second]
                if skip(mark: ",") { arguments.append(try expression()) }
                try expect(mark: ")")
                return .call("dateDiff", arguments)
            }
            try expect(mark: ")")
            let interval = Expression.call("toInterval" + unit.rawValue, [first])
            return .call(word.hasSuffix("add") ? "plus" : "minus", [second, interval])
        }
        guard !isDifference else { return nil }
        let first = try expression()
        guard skip(mark: ",") else { return nil }
        let second = try expression()
        try expect(mark: ")")
        return .call(word.hasSuffix("add") ? "plus" : "minus", [first, second])
    }
}
