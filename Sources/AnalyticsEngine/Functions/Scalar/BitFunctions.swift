// Functions of bits.

/// Bit functions.
enum BitFunctions {
    static let all: [Function] = [
        binary("bitAnd") { $0 & $1 }, binary("bitOr") { $0 | $1 }, binary("bitXor") { $0 ^ $1 },
        shift("bitShiftLeft") { $1 >= 64 ? 0 : $0 << $1 }, shift("bitShiftRight") { $1 >= 64 ? 0 : $0 >> $1 },
        Function(
            "bitNot", arity: 1...1,
            type: { signature in
                try signature.require(0, \.isInteger)
                return signature.types[0]
            }, compute: { arguments in Column.numbers(arguments.column(0).uint64s.map { ~$0 }, as: arguments.type) }),
        Function(
            "bitCount", arity: 1...1,
            type: { signature in
                try signature.require(0, \.isNumber)
                return .uint8
            },
            compute: { arguments in
                let bits = arguments[0].type.integerType?.bits ?? 64
                let mask: UInt64 = bits == 64 ? .max : (1 << UInt64(bits)) - 1
                if case .float64(let values) = arguments.column(0) {
                    return .uint8(values.map { UInt8($0.bitPattern.nonzeroBitCount) })
                }
                return .uint8(arguments.column(0).uint64s.map { UInt8(($0 & mask).nonzeroBitCount) })
            }),
        test("bitTest", arity: 2...2) { word, positions in word >> positions[0] & 1 == 1 },
        test("bitTestAll", arity: 2...Function.anyNumber) { word, positions in positions.allSatisfy { word >> $0 & 1 == 1 } },
        test("bitTestAny", arity: 2...Function.anyNumber) { word, positions in positions.contains { word >> $0 & 1 == 1 } },
    ]

    /// The type that holds both arguments: the wider, and signed if one is.
    private static func common(_ signature: Signature) throws -> DataType {
        guard let left = signature.types[0].integerType else { throw signature.illegal(0) }
        guard let right = signature.types[1].integerType else { throw signature.illegal(1) }
        return .integer(IntegerType(bits: max(left.bits, right.bits), isSigned: left.isSigned || right.isSigned))
    }

    private static func binary(_ name: String, _ operation: @escaping @Sendable (UInt64, UInt64) -> UInt64) -> Function {
        Function(
            name, arity: 2...2,
            type: common,
            compute: { arguments in
                let pairs = zip(arguments.column(0).uint64s, arguments.column(1).uint64s)
                return Column.numbers(pairs.map { operation($0, $1) }, as: arguments.type)
            })
    }

    private static func shift(_ name: String, _ operation: @escaping @Sendable (Int64, UInt64) -> Int64) -> Function {
        Function(
            name, arity: 2...2,
            type: common,
            compute: { arguments in
                let pairs = zip(arguments.column(0).int64s, arguments.column(1).uint64s)
                if case .uint64(let values) = arguments.column(0), name == "bitShiftRight" {
                    return Column.numbers(
                        zip(values, arguments.column(1).uint64s).map { $1 >= 64 ? 0 : $0 >> $1 }, as: arguments.type)
                }
                return Column.numbers(pairs.map { operation($0, $1) }, as: arguments.type)
            })
    }

    private static func test(
        _ name: String, arity: ClosedRange<Int>, _ operation: @escaping @Sendable (Int64, [Int64]) -> Bool
    ) -> Function {
        Function(
            name, arity: arity,
            type: { signature in
                for index in signature.types.indices { try signature.require(index, \.isInteger) }
                return .uint8
            },
            compute: { arguments in
                let words = arguments.int64s(0)
                let positions = (1..<arguments.values.count).map { arguments.int64s($0) }
                return .uint8(
                    (0..<arguments.count).map { row in operation(words[row], positions.map { max(0, min($0[row], 63)) }) ? 1 : 0 }
                )
            })
    }
}
