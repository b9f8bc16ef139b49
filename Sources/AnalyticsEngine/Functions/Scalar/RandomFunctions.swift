// Chance, as the caller hands it in.

/// Random functions. A call is never a constant.
enum RandomFunctions {
    static let all: [Function] = [
        Function("rand", "rand32", arity: 0...1, anyCase: true, nulls: .own, isFoldable: false, type: { _ in .uint32 }) {
            arguments in
            .uint32((0..<arguments.count).map { _ in UInt32(truncatingIfNeeded: arguments.context.random()) })
        },
        Function("rand64", arity: 0...1, nulls: .own, isFoldable: false, type: { _ in .uint64 }) { arguments in
            .uint64((0..<arguments.count).map { _ in arguments.context.random() })
        },
        Function("randCanonical", arity: 0...1, nulls: .own, isFoldable: false, type: { _ in .float64 }) { arguments in
            .float64((0..<arguments.count).map { _ in Double(arguments.context.random() >> 11) * 0x1p-53 })
        },
        Function("randConstant", arity: 0...1, nulls: .own, isFoldable: false, type: { _ in .uint32 }) { arguments in
            .uint32(Array(repeating: UInt32(truncatingIfNeeded: arguments.context.random()), count: arguments.count))
        },
    ]
}
