// Statements: INSERT, and what creates, changes and shows tables.

extension Parser {
    /// The statement, which must be the only one. Throws 62, 306, 168.
    mutating func statement() throws -> Statement {
        let statement = try self.unfinished()
        if case .insert(let insert) = statement {
            if case .query = insert.source {} else { return statement }
        }
        while peek().kind == .semicolon { index += 1 }
        guard peek().kind == .end else { throw failure(expected: "end of query") }
        return statement
    }

    /// The statement, and what may follow it left unread.
    mutating func unfinished() throws -> Statement {
        if follows("select") || follows("with") || followsMark("(") || follows("from") {
            let query = try union()
            return .select(query, format: try ending())
        }
        if skip("insert") { return .insert(try insert()) }
        if skip("create") { return try create() }
        if skip("attach") { return try create() }
        if skip("drop") || skip("detach") { return try drop() }
        if skip("truncate") {
            _ = skip("temporary")
            _ = skip("table")
            let ifExists = skip("if", "exists")
            let name = try qualifiedName()
            return .truncate(name, ifExists: ifExists)
        }
        if skip("rename") {
            _ = skip("table")
            return .rename(
                try list { parser in
                    let old = try parser.qualifiedName()
                    try parser.expect("to")
                    return (old, try parser.qualifiedName())
                })
        }
        if skip("use") { return .use(try name("database name")) }
        if skip("set") { return .set(try list { try $0.setting() }) }
        if skip("show") { return try show() }
        if skip("describe") || skip("desc") {
            _ = skip("table")
            let table = try joinedTables()
            return .describe(table, format: try ending())
        }
        if skip("exists") {
            let isDatabase = skip("database")
            _ = skip("temporary")
            if !isDatabase { _ = skip("table") }
            let name = try qualifiedName()
            return .exists(name, isDatabase: isDatabase, format: try ending())
        }
        if skip("optimize") || skip("system") {
            while peek().kind != .end, peek().kind != .semicolon { index += 1 }
            return .nothing
        }
        throw failure(expected: "SELECT, INSERT, CREATE, DROP, SHOW, DESCRIBE, EXISTS, TRUNCATE, RENAME, OPTIMIZE, SET or USE")
    }

    /// `INTO OUTFILE` is not known; `FORMAT name` and `SETTINGS ...` are.
    private mutating func ending() throws -> String? {
        var format: String?
        while true {
            if skip("format") {
                format = try name("format name")
            } else if skip("settings") {
                _ = try list { try $0.setting() }
            } else {
                return format
            }
        }
    }

    private mutating func insert() throws -> InsertStatement {
        try expect("into")
        _ = skip("table")
        let table = try qualifiedName()
        var insert = InsertStatement(table: table, columns: nil, source: .values(from: 0))
        if followsMark("("), !isSelectAhead() {
            index += 1
            if skip(mark: "*") {
                if skip("except") {
                    try expect(mark: "(")
                    insert.except = try list { try $0.name() }
                    try expect(mark: ")")
                }
            } else {
                insert.columns = try list { parser in
                    var name = try parser.name("column name")
                    while parser.skip(mark: ".") { name += "." + (try parser.name("column name")) }
                    return name
                }
            }
            try expect(mark: ")")
        }
        if skip("settings") { insert.settings = try list { try $0.setting() } }
        if skip("values") {
            insert.source = .values(from: endOfLast)
        } else if skip("format") {
            let format = try name("format name")
            if skip("settings") { insert.settings += try list { try $0.setting() } }
            insert.source =
                format.lowercased() == "values"
                ? .values(from: endOfLast) : .data(format: format, from: endOfLast)
        } else if follows("select") || follows("with") || followsMark("(") {
            insert.source = .query(try union())
        } else {
            throw failure(expected: "VALUES, FORMAT or SELECT")
        }
        return insert
    }

    private mutating func isSelectAhead() -> Bool {
        let token = peek(1)
        return token.kind == .word && ["select", "with"].contains(token.string.lowercased())
    }

    private mutating func create() throws -> Statement {
        if skip("database") {
            let ifNotExists = skip("if", "not", "exists")
            let name = try name("database name")
            if skip("engine") {
                _ = skip(mark: "=")
                _ = try expression()
            }
            return .createDatabase(name, ifNotExists: ifNotExists)
        }
        let orReplace = skip("or", "replace")
        let isTemporary = skip("temporary")
        guard skip("table") else {
            let what = peek().string.uppercased()
            if ["VIEW", "MATERIALIZED", "DICTIONARY", "FUNCTION", "USER", "ROLE", "LIVE"].contains(what) {
                throw EngineError(.notImplemented, "CREATE \(what) is not supported")
            }
            throw failure(expected: "TABLE or DATABASE")
        }
        var table = CreateTable(name: QualifiedName(name: ""))
        table.orReplace = orReplace
        table.ifNotExists = skip("if", "not", "exists")
        table.name = try qualifiedName()
        if isTemporary { table.engine = "Memory" }
        if skip(mark: "(") {
            if !follows("select") {
                try columns(&table)
                try expect(mark: ")")
            }
        }
        try storage(&table)
        return .createTable(table)
    }

    private mutating func columns(_ table: inout CreateTable) throws {
        repeat {
            if followsMark(")") { break }
            if skip("index") || skip("constraint") || skip("projection") {
                try skipToComma()
            } else if skip("primary", "key") {
                table.orderBy = try text { _ = try $0.expression() }
            } else {
                table.columns.append(try columnDefinition())
            }
        } while skip(mark: ",")
    }

    private mutating func skipToComma() throws {
        while !followsMark(","), !followsMark(")") {
            if skip(mark: "(") { _ = try bracketedText() } else { index += 1 }
            if peek().kind == .end { throw failure(expected: "')'") }
        }
    }

    /// `name Type [DEFAULT x] [CODEC(...)] [TTL x] [COMMENT 'text']`.
    private mutating func columnDefinition() throws -> ColumnDefinition {
        var column = ColumnDefinition(name: try name("column name"), type: nil)
        while skip(mark: ".") { column.name += "." + (try name("column name")) }
        let starts = ["default", "materialized", "alias", "ephemeral"]
        if peek().kind == .word || peek().kind == .quotedName, !starts.contains(peek().string.lowercased()) {
            column.type = try typeText()
        }
        while true {
            if skip("default") {
                column.defaults = .normal(try expression(.ternary))
            } else if skip("materialized") {
                column.defaults = .materialized(try expression(.ternary))
            } else if skip("alias") {
                column.defaults = .alias(try expression(.ternary))
            } else if skip("ephemeral") {
                column.defaults = .ephemeral
                if !followsMark(","), !followsMark(")") { _ = try expression(.ternary) }
            } else if skip("comment") {
                column.comment = advance().string
            } else if skip("codec") {
                try expect(mark: "(")
                _ = try bracketedText()
            } else if skip("ttl") {
                _ = try expression(.ternary)
            } else if skip("not", "null") {
            } else if skip("null") {
                column.type = column.type.map { "Nullable(\($0))" }
            } else if skip("primary", "key") {
            } else {
                return column
            }
        }
    }

    private mutating func storage(_ table: inout CreateTable) throws {
        while true {
            if skip("engine") {
                _ = skip(mark: "=")
                table.engine = try name("engine")
                if skip(mark: "(") { table.engineHasNoArguments = try bracketedText().isEmpty }
            } else if skip("order", "by") {
                table.orderBy = try text { _ = try $0.expression() }
                _ = skip("asc") || skip("desc")
            } else if skip("partition", "by") {
                table.partitionBy = try text { _ = try $0.expression() }
            } else if skip("primary", "key") {
                let key = try text { _ = try $0.expression() }
                if table.orderBy.isEmpty { table.orderBy = key }
            } else if skip("sample", "by") {
                _ = try expression()
            } else if skip("ttl") {
                _ = try list { parser in
                    _ = try parser.expression()
                    _ = parser.skip("delete")
                }
            } else if skip("settings") {
                _ = try list { try $0.setting() }
            } else if skip("comment") {
                _ = advance()
            } else if skip("as") {
                if follows("select") || follows("with") || followsMark("(") {
                    table.query = try union()
                } else {
                    table.like = try qualifiedName()
                }
            } else {
                return
            }
        }
    }

    /// What `parse` reads, as text.
    private mutating func text(_ parse: (inout Parser) throws -> Void) throws -> String {
        let start = nextPosition()
        try parse(&self)
        return String(decoding: bytes[start..<endOfLast], as: UTF8.self)
    }

    private mutating func drop() throws -> Statement {
        if skip("database") {
            let ifExists = skip("if", "exists")
            let name = try name("database name")
            _ = skip("sync") || skip("no", "delay")
            return .dropDatabase(name, ifExists: ifExists)
        }
        _ = skip("temporary")
        guard skip("table") || skip("view") else { throw failure(expected: "TABLE or DATABASE") }
        let ifExists = skip("if", "exists")
        let name = try qualifiedName()
        _ = skip("sync") || skip("no", "delay") || skip("permanently")
        return .dropTable(name, ifExists: ifExists)
    }

    private mutating func show() throws -> Statement {
        if skip("databases") { return .showDatabases(format: try ending()) }
        if skip("create") {
            _ = skip("temporary")
            _ = skip("table")
            let name = try qualifiedName()
            return .showCreate(name, format: try ending())
        }
        _ = skip("full") || skip("temporary")
        try expect("tables")
        let database = skip("from") || skip("in") ? try name("database name") : nil
        let like = skip("like") ? advance().string : nil
        return .showTables(database: database, like: like, format: try ending())
    }
}
