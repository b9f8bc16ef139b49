// The statements that the engine knows, as syntax.

/// A column as CREATE TABLE describes it.
struct ColumnDefinition: Sendable {
    enum Default: Sendable { case none, normal(Expression), materialized(Expression), alias(Expression), ephemeral }

    var name: String
    /// Its type's text; nil where the type follows from the default.
    var type: String?
    var defaults = Default.none
    var comment = ""
}

/// CREATE TABLE.
struct CreateTable: Sendable {
    var name: QualifiedName
    var ifNotExists = false
    var orReplace = false
    var columns: [ColumnDefinition] = []
    /// `AS other_table`.
    var like: QualifiedName?
    var engine: String?
    /// Not so in the old form, `MergeTree(date, key, 8192)`, which says the order in its arguments.
    var engineHasNoArguments = true
    var orderBy: String = ""
    var partitionBy: String = ""
    var query: SelectUnion?
}

/// INSERT, without its data.
struct InsertStatement: Sendable {
    enum Source: Sendable {
        /// VALUES, and where they begin in the text.
        case values(from: Int)
        /// A format's data, and where it begins in the text.
        case data(format: String, from: Int)
        case query(SelectUnion)
    }

    var table: QualifiedName
    var columns: [String]?
    var except: [String] = []
    var source: Source
    var settings: [(name: String, value: Value)] = []
}

/// A statement.
enum Statement: Sendable {
    case select(SelectUnion, format: String?)
    case insert(InsertStatement)
    case createTable(CreateTable)
    case createDatabase(String, ifNotExists: Bool)
    case dropDatabase(String, ifExists: Bool)
    case dropTable(QualifiedName, ifExists: Bool)
    case truncate(QualifiedName, ifExists: Bool)
    case rename([(QualifiedName, QualifiedName)])
    case use(String)
    case set([(name: String, value: Value)])
    case showTables(database: String?, like: String?, format: String?)
    case showDatabases(format: String?)
    case showCreate(QualifiedName, format: String?)
    case describe(TableExpression, format: String?)
    case exists(QualifiedName, isDatabase: Bool, format: String?)
    /// OPTIMIZE and such: what has nothing to do here.
    case nothing

    /// Whether it changes tables or databases.
    var isWriting: Bool {
        switch self {
        case .select, .showTables, .showDatabases, .showCreate, .describe, .exists, .use, .set: false
        default: true
        }
    }
}
