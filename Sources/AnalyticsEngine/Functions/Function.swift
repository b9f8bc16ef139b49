// What a SQL function is: its names, the type it gives, and its kernel over whole columns.

/// What a function knows of its arguments before there are rows.
struct Signature {
    /// The name that was called, for messages.
    let name: String
    let types: [DataType]
    /// The values of those that are constant.
    let constants: [Value?]
    let context: Context

    /// The error that an argument's type does not fit.
    func illegal(_ index: Int) -> EngineError {
        EngineError(.illegalTypeOfArgument, "Illegal type \(types[index].name) of argument of function \(name)")
    }

    /// The text of a constant argument. Throws 44.
    func text(_ index: Int) throws -> String {
        guard case .text(let text)? = constants[index] else {
            throw EngineError(.illegalColumn, "Argument \(index + 1) of function \(name) must be a constant string")
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Throws 43 unless the argument's type fulfils `isRight`.
    func require(_ index: Int, _ isRight: (DataType) -> Bool) throws {
        if !isRight(types[index]) { throw illegal(index) }
    }
}

/// The arguments of a kernel.
struct Arguments {
    let values: [TypedColumn]
    /// How many rows there are.
    let count: Int
    /// The type that the result must have.
    let type: DataType
    let context: Context
    /// The name that was called.
    let name: String

    subscript(_ index: Int) -> TypedColumn { values[index] }

    /// Every row of an argument.
    func column(_ index: Int) -> Column { values[index].full }

    func texts(_ index: Int) -> TextColumn { values[index].full.texts }
    func int64s(_ index: Int) -> [Int64] { values[index].full.int64s }

    /// The text that a constant is, or nil where it differs from row to row.
    func constantText(_ index: Int) -> [UInt8]? {
        if case .text(let text)? = values[index].constant { return text }
        return nil
    }

    /// A text for each row, from what `make` makes of the row's number.
    func texts(_ make: (Int) throws -> some Sequence<UInt8>) rethrows -> Column {
        var texts = TextColumn()
        texts.ends.reserveCapacity(count)
        for row in 0..<count { texts.append(try make(row)) }
        return .text(texts)
    }
}

/// A SQL function.
struct Function: Sendable {
    /// How NULL is treated.
    enum Nulls: Sendable {
        /// NULL in, NULL out; the kernel never sees one.
        case propagate
        /// The kernel sees nullable columns.
        case own
    }

    /// Its name, and then its other names.
    var names: [String]
    var arity: ClosedRange<Int>
    /// Whether its names are heard in any case.
    var anyCase = false
    var nulls = Nulls.propagate
    /// Whether a call with constants is a constant.
    var isFoldable = true
    /// The type of the result; throws 43 and others for arguments that do not fit.
    var type: @Sendable (Signature) throws -> DataType
    /// The rows of the result, stored as its type is.
    var compute: @Sendable (Arguments) throws -> Column

    /// As many arguments as one likes.
    static let anyNumber = 100_000

    /// A function from its parts.
    init(
        _ names: String..., arity: ClosedRange<Int>, anyCase: Bool = false, nulls: Nulls = .propagate, isFoldable: Bool = true,
        type: @escaping @Sendable (Signature) throws -> DataType,
        compute: @escaping @Sendable (Arguments) throws -> Column
    ) {
        self.names = names
        self.arity = arity
        self.anyCase = anyCase
        self.nulls = nulls
        self.isFoldable = isFoldable
        self.type = type
        self.compute = compute
    }

    var name: String { names[0] }

    /// The type of a call. Throws 42 for too few or too many arguments, and what ``type`` throws.
    func resultType(_ signature: Signature) throws -> DataType {
        guard arity.contains(signature.types.count) else {
            let wanted =
                arity.lowerBound == arity.upperBound ? "\(arity.lowerBound)" : "\(arity.lowerBound) to \(arity.upperBound)"
            throw EngineError(
                .numberOfArgumentsDoesNotMatch,
                "Number of arguments for function \(signature.name) doesn't match: passed \(signature.types.count), should be \(wanted)"
            )
        }
        guard nulls == .propagate, signature.types.contains(where: \.isNullable) else { return try type(signature) }
        if signature.types.contains(.nullable(.nothing)) { return .nullable(.nothing) }
        let plain = Signature(
            name: signature.name, types: signature.types.map { $0.isNullable ? $0.core : $0 }, constants: signature.constants,
            context: signature.context)
        return try type(plain).madeNullable
    }

    /// The result of a call on columns of `count` rows.
    func apply(_ values: [TypedColumn], _ count: Int, _ type: DataType, _ context: Context, name: String) throws -> Column {
        guard nulls == .propagate, values.contains(where: { $0.type.isNullable }) else {
            return try compute(Arguments(values: values, count: count, type: type, context: context, name: name))
        }
        if type == .nullable(.nothing) { return Column.defaults(type, count) }
        var isNull = Array(repeating: false, count: count)
        for value in values {
            guard let mask = value.column.nullMask else { continue }
            if value.isConstant {
                if mask.first == true { return Column.defaults(type, count) }
            } else {
                for row in 0..<count where mask[row] { isNull[row] = true }
            }
        }
        func plain(_ value: TypedColumn) -> TypedColumn {
            var plain = value
            plain.type = value.type.isNullable ? value.type.core : value.type
            plain.column = value.column.withoutNulls
            return plain
        }
        let inner = try plainType(values, context, name: name)
        let rows = isNull.contains(true) ? (0..<count).filter { !isNull[$0] } : nil
        let arguments = values.map { rows == nil ? plain($0) : plain($0).taking(rows ?? []) }
        var result = try compute(
            Arguments(values: arguments, count: rows?.count ?? count, type: inner, context: context, name: name))
        guard let rows else { return type.isNullable ? result.hiding(isNull) : result }
        var places = Array(repeating: -1, count: count)
        for (place, row) in rows.enumerated() { places[row] = place }
        result = result.taking(places)
        return type.isNullable ? result.hiding(isNull) : result
    }

    /// The type that the kernel gives where no argument can be NULL.
    private func plainType(_ values: [TypedColumn], _ context: Context, name: String) throws -> DataType {
        try type(
            Signature(
                name: name, types: values.map { $0.type.isNullable ? $0.type.core : $0.type }, constants: values.map(\.constant),
                context: context))
    }
}

extension Column {
    /// The column with these rows NULL, beside those that are already.
    func hiding(_ isNull: [Bool]) -> Column {
        guard case .nullable(let before, let values) = self else { return .nullable(isNull: isNull, self) }
        return .nullable(isNull: zip(before, isNull).map { $0 || $1 }, values)
    }
}
