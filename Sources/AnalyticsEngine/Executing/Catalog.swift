// The databases and tables, as one value: a statement reads a copy, and changes come back as a new one.

/// A column of a table.
public struct TableColumn: Sendable {
    /// How a row gets a value that it does not bring.
    enum Default: Sendable { case none, normal(Expression), materialized(Expression), alias(Expression) }

    /// Its name.
    public let name: String
    /// Its type, as it was declared.
    public let type: DataType
    let defaults: Default
    let comment: String

    /// Whether rows are inserted with it, and `*` shows it.
    var isOrdinary: Bool {
        switch defaults {
        case .none, .normal: true
        case .materialized, .alias: false
        }
    }

    var isStored: Bool {
        if case .alias = defaults { return false }
        return true
    }

    /// `DEFAULT`, `MATERIALIZED`, `ALIAS` or nothing, and the expression.
    var defaultText: (kind: String, expression: String) {
        switch defaults {
        case .none: ("", "")
        case .normal(let expression): ("DEFAULT", expression.columnName)
        case .materialized(let expression): ("MATERIALIZED", expression.columnName)
        case .alias(let expression): ("ALIAS", expression.columnName)
        }
    }
}

/// A table: its columns, and its rows in the blocks in which they were inserted.
public struct Table: Sendable {
    /// Its database.
    public let database: String
    /// Its name.
    public internal(set) var name: String
    /// Its columns, in order.
    public let columns: [TableColumn]
    let engine: String
    let orderBy: String
    let partitionBy: String
    var blocks: [Block] = []

    /// How many rows there are.
    public var count: Int { blocks.reduce(0) { $0 + $1.count } }

    func index(of column: String) -> Int? { columns.firstIndex { $0.name == column } }

    /// Whether rows are kept.
    var keepsRows: Bool { engine != "Null" }
}

/// All databases and tables.
public struct Catalog: Sendable {
    private(set) var databases: [String: [String: Table]] = ["default": [:], "system": [:]]

    /// One empty database: `default`.
    public init() {}

    /// The names of all databases, in order.
    public var databaseNames: [String] { databases.keys.sorted() }

    /// The tables of a database, by name. Throws 81.
    func tables(of database: String) throws -> [Table] {
        guard let tables = databases[database] else { throw unknownDatabase(database) }
        return tables.values.sorted { $0.name < $1.name }
    }

    private func unknownDatabase(_ name: String) -> EngineError {
        EngineError(.unknownDatabase, "Database \(name) does not exist." + EngineError.hint(name, among: databaseNames))
    }

    /// A table. Throws 60 and 81.
    func table(_ name: QualifiedName, in context: Context) throws -> Table {
        let database = name.database ?? context.database
        guard let tables = databases[database] else { throw unknownDatabase(database) }
        guard let table = tables[name.name] else {
            let hint = NameDistance.nearest(to: name.name, among: tables.keys.sorted())
            let maybe = hint.first.map { " Maybe you meant \(database).\($0)?" } ?? ""
            throw EngineError(.unknownTable, "Table \(database).\(name.name) does not exist.\(maybe)")
        }
        return table
    }

    func has(_ name: QualifiedName, in context: Context) -> Bool {
        databases[name.database ?? context.database]?[name.name] != nil
    }

    /// Throws 82 if it is there and `ifNotExists` is false.
    mutating func createDatabase(_ name: String, ifNotExists: Bool) throws {
        if databases[name] != nil {
            if ifNotExists { return }
            throw EngineError(.databaseAlreadyExists, "Database \(name) already exists.")
        }
        databases[name] = [:]
    }

    mutating func dropDatabase(_ name: String, ifExists: Bool) throws {
        guard databases.removeValue(forKey: name) != nil else {
            if ifExists { return }
            throw unknownDatabase(name)
        }
    }

    mutating func add(_ table: Table) throws {
        guard databases[table.database] != nil else { throw unknownDatabase(table.database) }
        databases[table.database]?[table.name] = table
    }

    mutating func remove(_ name: QualifiedName, in context: Context) throws {
        let table = try self.table(name, in: context)
        databases[table.database]?[table.name] = nil
    }

    /// Adds rows to a table; does nothing where the table is gone.
    public mutating func commit(_ insertion: Insertion) {
        guard insertion.block.count > 0 else { return }
        databases[insertion.database]?[insertion.table]?.blocks.append(insertion.block)
        // Many small blocks become one, so that reading stays quick.
        guard let blocks = databases[insertion.database]?[insertion.table]?.blocks, blocks.count > 256 else { return }
        var joined = blocks[0]
        for block in blocks.dropFirst().dropLast() { joined.append(block) }
        databases[insertion.database]?[insertion.table]?.blocks = [joined, blocks[blocks.count - 1]]
    }

    mutating func truncate(_ name: QualifiedName, in context: Context) throws {
        let table = try self.table(name, in: context)
        databases[table.database]?[table.name]?.blocks = []
    }
}

/// Rows that are checked and ready to be added to a table.
public struct Insertion: Sendable {
    /// The table's database.
    public let database: String
    /// The table's name.
    public let table: String
    /// The rows, in the order of the stored columns.
    public let block: Block
}
