// Arithmetic: + - * / and the whole-number divisions, on numbers; dates and intervals go to DateArithmeticFunctions.

/// Arithmetic functions.
enum ArithmeticFunctions {
    static let all: [Function] = [
        binary("plus", type: { grown($0, $1, isSigned: $0.isSigned || $1.isSigned) }, whole: Whole.add, real: { $0 + $1 }),
        binary("minus", type: { grown($0, $1, isSigned: true) }, whole: Whole.subtract, real: { $0 - $1 }),
        binary(
            "multiply", type: { grown($0, $1, isSigned: $0.isSigned || $1.isSigned) }, whole: Whole.multiply, real: { $0 * $1 }),
        Function("divide", arity: 2...2, type: { signature in try numbers(signature) { _, _ in .float64 } }) { arguments in
            .float64(zip(arguments.column(0).doubles, arguments.column(1).doubles).map { $0 / $1 })
        },
        wholeDivision("intDiv", zero: nil), wholeDivision("intDivOrZero", zero: 0),
        modulo("modulo", "mod", zero: nil, isPositive: false), modulo("moduloOrZero", zero: 0, isPositive: false),
        modulo("positiveModulo", "positive_modulo", "pmod", zero: nil, isPositive: true),
        modulo("moduloLegacy", zero: nil, isPositive: false),
        unary(
            "negate", type: { $0.isSigned ? $0 : IntegerType(bits: $0.bits * 2, isSigned: true) }, whole: { 0 &- $0 },
            real: { -$0 }),
        unary("abs", type: { IntegerType(bits: $0.bits, isSigned: false) }, whole: { $0 < 0 ? 0 &- $0 : $0 }, real: { abs($0) }),
        choice("gcd", Whole.gcd), choice("lcm", Whole.lcm),
    ]

    /// Operations on 64 bits that wrap.
    private enum Whole {
        @Sendable static func add(_ left: UInt64, _ right: UInt64) -> UInt64 { left &+ right }
        @Sendable static func subtract(_ left: UInt64, _ right: UInt64) -> UInt64 { left &- right }
        @Sendable static func multiply(_ left: UInt64, _ right: UInt64) -> UInt64 { left &* right }

        @Sendable static func gcd(_ left: Int64, _ right: Int64) -> Int64 {
            var (first, second) = (left.magnitude, right.magnitude)
            while second != 0 { (first, second) = (second, first % second) }
            return Int64(truncatingIfNeeded: first)
        }

        @Sendable static func lcm(_ left: Int64, _ right: Int64) -> Int64 {
            let divisor = gcd(left, right)
            return divisor == 0 ? 0 : Int64(truncatingIfNeeded: (left.magnitude / divisor.magnitude) &* right.magnitude)
        }
    }

    /// A sum or product has twice the bits of the larger operand.
    private static func grown(_ left: IntegerType, _ right: IntegerType, isSigned: Bool) -> IntegerType {
        IntegerType(bits: max(left.bits, right.bits) * 2, isSigned: isSigned)
    }

    private static func numbers(
        _ signature: Signature, _ whole: (IntegerType, IntegerType) -> DataType
    ) throws -> DataType {
        for index in 0...1 where !signature.types[index].isNumber && signature.types[index] != .nothing {
            throw EngineError(
                .illegalTypeOfArgument,
                "Illegal types \(signature.types[0].name) and \(signature.types[1].name) of arguments of function \(signature.name)"
            )
        }
        if signature.types.contains(.nothing) { return .nothing }
        guard let left = signature.types[0].integerType, let right = signature.types[1].integerType else { return .float64 }
        return whole(left, right)
    }

    private static func binary(
        _ name: String, type: @escaping @Sendable (IntegerType, IntegerType) -> IntegerType,
        whole: @escaping @Sendable (UInt64, UInt64) -> UInt64, real: @escaping @Sendable (Double, Double) -> Double
    ) -> Function {
        Function(
            name, arity: 2...2,
            type: { signature in
                if let type = try DateArithmeticFunctions.resultType(signature) { return type }
                if let type = TupleFunctions.arithmeticType(signature) { return type }
                return try numbers(signature) { .integer(type($0, $1)) }
            },
            compute: { arguments in
                if let result = try DateArithmeticFunctions.arithmetic(arguments) { return result }
                if let result = try TupleFunctions.arithmetic(arguments) { return result }
                let (left, right) = (arguments.column(0), arguments.column(1))
                if arguments.type == .float64 {
                    return .float64(zip(left.doubles, right.doubles).map { real($0, $1) })
                }
                return Column.numbers(zip(left.uint64s, right.uint64s).map { whole($0, $1) }, as: arguments.type)
            })
    }

    private static func unary(
        _ name: String, type: @escaping @Sendable (IntegerType) -> IntegerType,
        whole: @escaping @Sendable (Int64) -> Int64, real: @escaping @Sendable (Double) -> Double
    ) -> Function {
        Function(
            name, arity: 1...1, anyCase: true,
            type: { signature in
                if signature.types[0].isFloat { return signature.types[0] }
                if case .interval = signature.types[0] { return signature.types[0] }
                guard let integer = signature.types[0].integerType else { throw signature.illegal(0) }
                return .integer(type(integer))
            },
            compute: { arguments in
                let column = arguments.column(0)
                if arguments.type.isFloat { return Column.numbers(column.doubles.map { real($0) }, as: arguments.type) }
                if case .uint64 = column, name == "abs" { return column }
                return Column.numbers(column.int64s.map { whole($0) }, as: arguments.type)
            })
    }

    private static func wholeDivision(_ name: String, zero: Int64?) -> Function {
        Function(
            name, arity: 2...2,
            type: { signature in
                _ = try numbers(signature) { left, _ in .integer(left) }
                let left = signature.types[0].integerType ?? .int64
                let isSigned = left.isSigned || signature.types[1].integerType?.isSigned ?? true
                return .integer(IntegerType(bits: left.bits, isSigned: isSigned))
            },
            compute: { arguments in
                let (left, right) = (arguments.column(0), arguments.column(1))
                func refuse() throws -> Int64 {
                    if let zero { return zero }
                    throw EngineError(.divisionByZero, "Division by zero")
                }
                if case .uint64(let values) = left, right.isUnsigned {
                    return Column.numbers(
                        try zip(values, right.uint64s).map { $1 == 0 ? UInt64(try refuse()) : $0 / $1 }, as: arguments.type)
                }
                let quotients = try zip(left.int64s, right.int64s).map { left, right -> Int64 in
                    if right == 0 { return try refuse() }
                    if left == .min, right == -1 {
                        if let zero { return zero }
                        throw EngineError(.divisionByZero, "Division of minimal signed number by minus one")
                    }
                    return left / right
                }
                return Column.numbers(quotients, as: arguments.type)
            })
    }

    private static func modulo(_ names: String..., zero: Int64?, isPositive: Bool) -> Function {
        var function = Function(
            names[0], arity: 2...2, anyCase: true,
            type: { signature in
                try numbers(signature) { left, right in
                    if isPositive { return .integer(IntegerType(bits: right.bits, isSigned: false)) }
                    return .integer(IntegerType(bits: left.isSigned ? right.bits * 2 : right.bits, isSigned: left.isSigned))
                }
            },
            compute: { arguments in
                let (left, right) = (arguments.column(0), arguments.column(1))
                if arguments.type == .float64 {
                    return .float64(zip(left.doubles, right.doubles).map { $0.truncatingRemainder(dividingBy: $1) })
                }
                func refuse() throws -> Int64 {
                    if let zero { return zero }
                    throw EngineError(.divisionByZero, "Division by zero")
                }
                if case .uint64(let values) = left, right.isUnsigned {
                    return Column.numbers(
                        try zip(values, right.uint64s).map { $1 == 0 ? UInt64(try refuse()) : $0 % $1 }, as: arguments.type)
                }
                let remainders = try zip(left.int64s, right.int64s).map { left, right -> Int64 in
                    if right == 0 { return try refuse() }
                    if right == -1 { return 0 }
                    let remainder = left % right
                    return isPositive && remainder < 0 ? remainder &+ Int64(truncatingIfNeeded: right.magnitude) : remainder
                }
                return Column.numbers(remainders, as: arguments.type)
            })
        function.names = names
        return function
    }

    private static func choice(_ name: String, _ whole: @escaping @Sendable (Int64, Int64) -> Int64) -> Function {
        Function(
            name, arity: 2...2,
            type: { signature in
                for index in 0...1 { try signature.require(index, \.isInteger) }
                return try numbers(signature) {
                    .integer(IntegerType(bits: max($0.bits, $1.bits), isSigned: $0.isSigned || $1.isSigned))
                }
            },
            compute: { arguments in
                Column.numbers(zip(arguments.int64s(0), arguments.int64s(1)).map { whole($0, $1) }, as: arguments.type)
            })
    }
}

extension Column {
    var isUnsigned: Bool {
        switch self {
        case .uint8, .uint16, .uint32, .uint64: true
        default: false
        }
    }
}
