// The syntax tree of expressions.

/// An expression as it was written, operators turned into function calls.
final class Expression: Sendable {
    /// A call of a function: `quantile(0.5)(DISTINCT x)`.
    struct Call: Sendable {
        var name: String
        var parameters: [Expression]?
        var arguments: [Expression]
        var isDistinct = false
        /// `OVER (...)` or `OVER name` was written.
        var hasWindow = false
    }

    /// What an expression is.
    enum Kind: Sendable {
        /// A literal, with its text as ClickHouse shows it in names.
        case literal(Value, DataType, String)
        /// A name of one or more parts: `t.a`.
        case name([String])
        case call(Call)
        case lambda([String], Expression)
        /// `*`, `t.*`, with the columns left out by EXCEPT.
        case asterisk(qualifier: [String], except: [String])
        /// `COLUMNS('pattern')`.
        case columns(String)
        case subquery(SelectUnion)
        /// `{name:Type}`.
        case parameter(name: String, type: String)
    }

    let kind: Kind
    let alias: String?
    /// How many expressions stand inside each other here, itself included.
    let depth: Int

    init(_ kind: Kind, alias: String? = nil) {
        self.kind = kind
        self.alias = alias
        switch kind {
        case .call(let call):
            depth = 1 + max(call.arguments.map(\.depth).max() ?? 0, call.parameters?.map(\.depth).max() ?? 0)
        case .lambda(_, let body): depth = 1 + body.depth
        case .subquery(let query): depth = 1 + query.depth
        default: depth = 1
        }
    }

    /// A call of a function.
    static func call(_ name: String, _ arguments: [Expression]) -> Expression {
        Expression(.call(Call(name: name, arguments: arguments)))
    }

    /// A literal whose type follows from its value.
    static func literal(_ value: Value, text: String? = nil) -> Expression {
        Expression(.literal(value, value.literalType, text ?? ValueText.literal(value)))
    }

    /// The same expression under a name.
    func named(_ alias: String?) -> Expression { Expression(kind, alias: alias) }

    /// The name of the column that it gives where it has no alias.
    var columnName: String {
        switch kind {
        case .literal(_, _, let text): return text
        case .name(let parts): return parts.joined(separator: ".")
        case .call(let call):
            let parameters = call.parameters.map { "(" + $0.map(\.shownName).joined(separator: ", ") + ")" } ?? ""
            let distinct = call.isDistinct ? "DISTINCT " : ""
            return call.name + parameters + "(" + distinct + call.arguments.map(\.shownName).joined(separator: ", ") + ")"
        case .lambda(let names, let body):
            let list = names.count == 1 ? names[0] : "tuple(" + names.joined(separator: ", ") + ")"
            return "lambda(tuple(\(list.hasPrefix("tuple(") ? String(list.dropFirst(6).dropLast()) : list)), \(body.columnName))"
        case .asterisk(let qualifier, _): return (qualifier + ["*"]).joined(separator: ".")
        case .columns(let pattern): return "COLUMNS('\(pattern)')"
        case .subquery: return "_subquery"
        case .parameter(let name, let type): return "{\(name):\(type)}"
        }
    }

    /// The alias, or else the name of the column.
    var shownName: String { alias ?? columnName }
}
