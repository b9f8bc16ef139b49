// Expressions whose names and types are resolved: what is evaluated over blocks.

/// A resolved expression.
final class TypedExpression {
    enum Kind {
        /// A column of the block, by its slot.
        case column(Int)
        case constant(TypedColumn)
        case call(Function, name: String, [TypedExpression])
        /// A function of arrays with a lambda: its parameters, its body, the arrays, and what follows them.
        case higherOrder(HigherOrderFunction, parameters: [Int], body: TypedExpression?, [TypedExpression])
        /// A parameter of a lambda.
        case parameter(Int)
        /// An aggregate of the rows; stands in no plan that is executed.
        case aggregate(AggregateCall)
        case isIn(TypedExpression, ValueSet, isNegated: Bool)
    }

    let kind: Kind
    let type: DataType
    /// A text that is equal for equal expressions over the same columns.
    let signature: String

    init(_ kind: Kind, _ type: DataType, signature: String) {
        self.kind = kind
        self.type = type
        self.signature = signature
    }

    static func column(_ slot: Int, _ type: DataType) -> TypedExpression {
        TypedExpression(.column(slot), type.stored, signature: "#\(slot)")
    }

    static func constant(_ column: TypedColumn) -> TypedExpression {
        var text: [UInt8] = []
        column.column.appendKey(0, &text)
        var digits = ""
        for byte in text { digits += String(byte, radix: 16) + "." }
        return TypedExpression(.constant(column), column.type, signature: "\(column.type.name):\(digits)")
    }

    /// The value, where it is constant.
    var constant: Value? {
        if case .constant(let column) = kind { return column.constant }
        return nil
    }

    /// The expressions it is made of.
    var children: [TypedExpression] {
        switch kind {
        case .column, .constant, .parameter: []
        case .call(_, _, let arguments): arguments
        case .higherOrder(_, _, let body, let arguments): arguments + (body.map { [$0] } ?? [])
        case .aggregate(let call): call.arguments
        case .isIn(let value, _, _): [value]
        }
    }

    /// The same, with other expressions in place of the parts for which `replace` has one; the parts of those are not
    /// looked at.
    func replacing(_ replace: (TypedExpression) throws -> TypedExpression?) throws -> TypedExpression {
        if let other = try replace(self) { return other }
        func all(_ expressions: [TypedExpression]) throws -> [TypedExpression] {
            try expressions.map { try $0.replacing(replace) }
        }
        switch kind {
        case .column, .constant, .parameter, .aggregate: return self
        case .call(let function, let name, let arguments):
            let replaced = try all(arguments)
            return .call(function, name, replaced, type)
        case .higherOrder(let function, let parameters, let body, let arguments):
            let replaced = try all(arguments)
            let newBody = try body.map { try $0.replacing(replace) }
            return .higherOrder(function, parameters, newBody, replaced, type)
        case .isIn(let value, let set, let isNegated):
            return TypedExpression(
                .isIn(try value.replacing(replace), set, isNegated: isNegated), type, signature: signature + "'")
        }
    }

    static func call(_ function: Function, _ name: String, _ arguments: [TypedExpression], _ type: DataType) -> TypedExpression {
        TypedExpression(
            .call(function, name: name, arguments), type,
            signature: "\(function.name)(\(arguments.map(\.signature).joined(separator: ",")))")
    }

    static func higherOrder(
        _ function: HigherOrderFunction, _ parameters: [Int], _ body: TypedExpression?, _ arguments: [TypedExpression],
        _ type: DataType
    ) -> TypedExpression {
        let lambda = body.map { "\(parameters)->\($0.signature)," } ?? ""
        return TypedExpression(
            .higherOrder(function, parameters: parameters, body: body, arguments), type,
            signature: "\(function.name)(\(lambda)\(arguments.map(\.signature).joined(separator: ",")))")
    }

    /// The slots that it reads.
    func collectSlots(_ slots: inout Set<Int>) {
        if case .column(let slot) = kind { slots.insert(slot) }
        for child in children { child.collectSlots(&slots) }
    }

    var hasAggregate: Bool {
        if case .aggregate = kind { return true }
        return children.contains { $0.hasAggregate }
    }
}

/// An aggregate function over expressions.
struct AggregateCall {
    let function: AggregateFunction
    let arguments: [TypedExpression]
}

/// The values on the right of IN.
final class ValueSet {
    /// The type to which the left side is converted before it is looked up; nil where nothing is in the set.
    let type: DataType?
    let keys: Set<[UInt8]>
    let hasNull: Bool

    init(type: DataType?, keys: Set<[UInt8]>, hasNull: Bool) {
        self.type = type
        self.keys = keys
        self.hasNull = hasNull
    }
}
