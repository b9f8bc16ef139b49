// The time of the statement, as the caller hands it in.

/// Functions of now; one value for a whole statement.
enum NowFunctions {
    static let all: [Function] = [
        Function(
            "now", "current_timestamp", arity: 0...1, anyCase: true,
            type: { signature in
                .dateTime(zone: signature.types.isEmpty ? nil : try signature.text(0))
            }
        ) { arguments in
            Column.numbers(
                Array(repeating: arguments.context.now / 1_000_000_000, count: arguments.count), as: .dateTime(zone: nil))
        },
        Function(
            "now64", arity: 0...2, anyCase: true,
            type: { signature in
                let precision = signature.constants.first.flatMap { $0?.integer } ?? 3
                guard (0...9).contains(precision) else {
                    throw EngineError(
                        .argumentOutOfBound, "Scale \(precision) is too large for DateTime64. Maximum is up to nanoseconds (9).")
                }
                return .dateTime64(precision: Int(precision), zone: signature.types.count == 2 ? try signature.text(1) : nil)
            }
        ) { arguments in
            guard case .dateTime64(let precision, _) = arguments.type else { return .nothing(0) }
            return .int64(Array(repeating: arguments.context.now / powersOfTen[9 - precision], count: arguments.count))
        },
        Function("today", "curdate", "current_date", arity: 0...0, anyCase: true, type: { _ in .date }) { day($0, 0) },
        Function("yesterday", arity: 0...0, type: { _ in .date }) { day($0, -1) },
    ]

    private static func day(_ arguments: Arguments, _ shift: Int64) -> Column {
        Column.numbers(Array(repeating: arguments.context.now / 86_400_000_000_000 + shift, count: arguments.count), as: .date)
    }
}
