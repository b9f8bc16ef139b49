// SELECT, with all its clauses.

extension Parser {
    /// SELECTs joined by UNION ALL or UNION DISTINCT.
    mutating func union() throws -> SelectUnion {
        try nested { parser in
            var selects: [SelectQuery] = []
            var isDistinct: [Bool] = []
            try parser.unionMember(&selects, &isDistinct)
            while parser.skip("union") {
                let distinct = parser.skip("distinct")
                if !distinct, !parser.skip("all") {
                    throw EngineError(
                        .expectedAllOrDistinct,
                        "Expected ALL or DISTINCT in SelectWithUnion query; because setting "
                            + "(union_default_mode) is empty")
                }
                let count = selects.count
                try parser.unionMember(&selects, &isDistinct)
                isDistinct.insert(distinct, at: count - 1)
                if distinct { for index in 0..<count - 1 { isDistinct[index] = true } }
            }
            return SelectUnion(selects, isDistinct: isDistinct)
        }
    }

    private mutating func unionMember(_ selects: inout [SelectQuery], _ isDistinct: inout [Bool]) throws {
        if followsMark("(") {
            index += 1
            let inner = try union()
            try expect(mark: ")")
            selects += inner.selects
            isDistinct += inner.isDistinct
            return
        }
        selects.append(try select())
    }

    private mutating func select() throws -> SelectQuery {
        var query = SelectQuery()
        if skip("with") { query.with = try list { try $0.withElement() } }
        if follows("from") {
            index += 1
            query.from = try joinedTables()
        }
        try expect("select")
        if skip("distinct") {
            query.isDistinct = true
            if skip("on") {
                try expect(mark: "(")
                query.distinctOn = try list { try $0.expression() }
                try expect(mark: ")")
            }
        } else {
            _ = skip("all")
        }
        query.projection = try projection()
        if query.from == nil, skip("from") { query.from = try joinedTables() }
        try arrayJoin(&query)
        if skip("prewhere") { query.prewhere = try expression() }
        if skip("where") { query.filter = try expression() }
        try grouping(&query)
        if skip("having") { query.having = try expression() }
        if skip("order", "by") { query.orderBy = try list { try $0.orderTerm() } }
        try limits(&query)
        if skip("settings") { query.settings = try list { try $0.setting() } }
        return query
    }

    private mutating func projection() throws -> [Expression] {
        var expressions: [Expression] = []
        repeat {
            if follows("from") && !expressions.isEmpty { break }
            expressions.append(try aliasedExpression())
        } while skip(mark: ",")
        return expressions
    }

    private mutating func withElement() throws -> WithElement {
        let isQuery = peek(1).kind == .word && peek(1).string.lowercased() == "as" && followsMark("(", ahead: 2)
        if isQuery, peek().kind == .word || peek().kind == .quotedName {
            let start = index
            let name = try name()
            index += 2
            if follows("select") || follows("with") || followsMark("(") {
                let query = try union()
                try expect(mark: ")")
                return .query(name: name, query)
            }
            index = start
        }
        return .expression(try aliasedExpression(isBareAllowed: false))
    }

    private mutating func arrayJoin(_ query: inout SelectQuery) throws {
        query.isLeftArrayJoin = follows("left", "array", "join")
        guard skip("left", "array", "join") || skip("inner", "array", "join") || skip("array", "join") else { return }
        query.arrayJoin = try list { try $0.aliasedExpression() }
    }

    private mutating func grouping(_ query: inout SelectQuery) throws {
        if skip("group", "by") {
            if skip("rollup") || follows("cube") && followsMark("(", ahead: 1) {
                query.grouping = skip("cube") ? .cube : .rollup
                try expect(mark: "(")
                query.groupBy = try list { try $0.aliasedExpression() }
                try expect(mark: ")")
            } else {
                query.groupBy = try list { try $0.aliasedExpression() }
            }
        }
        while follows("with"), !follows("with", "ties"), !follows("with", "fill") {
            index += 1
            if skip("totals") {
                query.hasTotals = true
            } else if skip("rollup") {
                query.grouping = .rollup
            } else if skip("cube") {
                query.grouping = .cube
            } else {
                throw failure(expected: "TOTALS, ROLLUP or CUBE")
            }
        }
    }

    private mutating func orderTerm() throws -> OrderTerm {
        var term = OrderTerm(expression: try aliasedExpression(isBareAllowed: false))
        if skip("desc") || skip("descending") { term.isDescending = true } else { _ = skip("asc") || skip("ascending") }
        if skip("nulls") {
            term.nullsFirst = skip("first")
            if term.nullsFirst == false { try expect("last") }
        }
        if skip("collate") { _ = advance() }
        return term
    }

    private mutating func limits(_ query: inout SelectQuery) throws {
        while skip("limit") {
            var first = try expression()
            var offset: Expression?
            if skip(mark: ",") {
                offset = first
                first = try expression()
            } else if skip("offset") {
                offset = try expression()
            }
            if skip("by") {
                query.limitBy = (first, offset, try list { try $0.aliasedExpression(isBareAllowed: false) })
            } else {
                query.limit = first
                query.offset = offset
                query.hasTies = skip("with", "ties")
                break
            }
        }
        if skip("offset") {
            query.offset = try expression()
            _ = skip("rows") || skip("row")
        }
        if skip("fetch") {
            _ = skip("first") || skip("next")
            query.limit = try expression()
            _ = skip("rows") || skip("row")
            if !skip("only") {
                try expect("with")
                try expect("ties")
                query.hasTies = true
            }
        }
    }

    /// `name = value`.
    mutating func setting() throws -> (name: String, value: Value) {
        let name = try name("setting name")
        try expect(mark: "=")
        let token = peek()
        if token.kind == .word, !["true", "false", "null", "inf", "nan"].contains(token.string.lowercased()) {
            index += 1
            return (name, .text(token.bytes))
        }
        guard case .literal(let value, _, _) = try expression(.sum).kind else { throw failure(expected: "a setting's value") }
        return (name, value)
    }

    // MARK: Tables

    mutating func joinedTables() throws -> TableExpression {
        var left = try tableExpression()
        var depth = 0
        while let join = try joinKind() {
            depth += 1
            guard depth <= Self.deepestNesting else {
                throw EngineError(.tooDeepRecursion, "Maximum parse depth exceeded by \(depth) joined tables")
            }
            let right = try tableExpression()
            var joined = join
            if skip("on") {
                joined.condition = .on(try expression())
            } else if skip("using") {
                let isBracketed = skip(mark: "(")
                joined.condition = .using(try list { try $0.expression() })
                if isBracketed { try expect(mark: ")") }
            }
            left = .join(left, joined, right)
        }
        return left
    }

    private mutating func joinKind() throws -> Join? {
        let start = index
        if skip(mark: ",") { return Join(kind: .cross, strictness: .all, condition: .none) }
        var join = Join(kind: .inner, strictness: .all, condition: .none)
        var words = 0
        while true {
            if skip("global") || skip("local") || skip("outer") || skip("inner") || skip("all") {
            } else if skip("any") {
                join.strictness = .any
            } else if skip("semi") {
                join.strictness = .semi
            } else if skip("anti") {
                join.strictness = .anti
            } else if skip("left") {
                join.kind = .left
            } else if skip("right") {
                join.kind = .right
            } else if skip("full") {
                join.kind = .full
            } else if skip("cross") {
                join.kind = .cross
            } else {
                break
            }
            words += 1
        }
        guard skip("join") else {
            index = start
            return nil
        }
        return join
    }

    private mutating func tableExpression() throws -> TableExpression {
        if skip(mark: "(") {
            return try nested { parser in
                if !(parser.follows("select") || parser.follows("with") || parser.follows("from") || parser.followsMark("(")) {
                    throw parser.failure(expected: "SELECT")
                }
                let query = try parser.union()
                try parser.expect(mark: ")")
                _ = parser.skip("final")
                return .subquery(query, alias: try parser.alias())
            }
        }
        if peek().kind == .word || peek().kind == .quotedName, followsMark("(", ahead: 1) {
            let name = try name()
            index += 1
            let arguments = skip(mark: ")") ? [] : try functionArguments()
            return .function(name, arguments, alias: try alias())
        }
        let name = try qualifiedName()
        var isFinal = skip("final")
        let alias = try alias()
        isFinal = skip("final") || isFinal
        if skip("sample") {
            _ = try expression(.concatenation)
            if skip("offset") { _ = try expression(.concatenation) }
        }
        return .table(name, alias: alias, isFinal: isFinal)
    }

    private mutating func functionArguments() throws -> [Expression] {
        let arguments = try nested { parser -> [Expression] in
            if parser.follows("select") || parser.follows("with") { return [Expression(.subquery(try parser.union()))] }
            return try parser.list { try $0.expression() }
        }
        try expect(mark: ")")
        return arguments
    }
}
