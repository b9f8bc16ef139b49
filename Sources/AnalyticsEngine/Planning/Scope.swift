// Scopes: which names stand for which columns of a source.

/// A column that a name can mean.
struct ScopeColumn {
    /// Names of its table: alias, or name and `database.name`.
    var qualifiers: [String]
    var name: String
    var type: DataType
    var slot: Int
    /// Not shown by `*`.
    var isHidden = false
    /// An ALIAS column: what it is computed from.
    var expression: Expression?
}

/// The columns of a source.
struct Scope {
    var columns: [ScopeColumn] = []

    /// How many slots the source has.
    var width = 0

    /// The column that a name means. Throws 352 where two tables have it and nothing says which; nil where none has.
    func find(_ parts: [String]) throws -> ScopeColumn? {
        let name = parts.joined(separator: ".")
        let direct = columns.filter { $0.name == name }
        if let first = direct.first { return first }
        for cut in 1..<max(1, parts.count) {
            let qualifier = parts[..<cut].joined(separator: ".")
            let rest = parts[cut...].joined(separator: ".")
            if let found = columns.first(where: { $0.name == rest && $0.qualifiers.contains(qualifier) }) { return found }
        }
        return nil
    }

    /// The columns that `*` or `t.*` shows. Throws 60 for a table that is not there.
    func shown(_ qualifier: [String]) throws -> [ScopeColumn] {
        if qualifier.isEmpty { return columns.filter { !$0.isHidden } }
        let name = qualifier.joined(separator: ".")
        let found = columns.filter { $0.qualifiers.contains(name) && ($0.expression == nil) }
        guard !found.isEmpty else { throw EngineError(.unknownTable, "There is no table with alias `\(name)` for \(name).*") }
        return found
    }
}
