// Rounding: to even, up, down, towards zero, to digits before or behind the point.

import Foundation

/// Rounding functions. Their results have the type of their first argument.
enum RoundingFunctions {
    static let all: [Function] = [
        rounding("floor") { $0.rounded(.down) }, rounding("ceil", "ceiling") { $0.rounded(.up) },
        rounding("trunc", "truncate") { $0.rounded(.towardZero) }, rounding("round") { $0.rounded(.toNearestOrEven) },
        rounding("roundBankers") { $0.rounded(.toNearestOrEven) },
        Function(
            "roundToExp2", arity: 1...1,
            type: { signature in
                try signature.require(0, \.isNumber)
                return signature.types[0]
            }
        ) { arguments in
            if arguments.type.isFloat {
                return Column.numbers(
                    arguments.column(0).doubles.map {
                        $0 == 0 || !$0.isFinite ? $0 : copysign(exp2($0.magnitude.exponent.double), $0)
                    },
                    as: arguments.type)
            }
            return Column.numbers(
                arguments.int64s(0).map { $0 <= 0 ? 0 : Int64(1) << Int64(63 - $0.leadingZeroBitCount) }, as: arguments.type)
        },
    ]

    private static func rounding(_ names: String..., rule: @escaping @Sendable (Double) -> Double) -> Function {
        let isHalfAway = names[0] == "round"
        var function = Function(
            names[0], arity: 1...2, anyCase: true,
            type: { signature in
                try signature.require(0, \.isNumber)
                if signature.types.count == 2 { try signature.require(1, \.isInteger) }
                return signature.types[0]
            }
        ) { arguments in
            let digits = arguments.values.count == 2 ? arguments.int64s(1) : Array(repeating: 0, count: arguments.count)
            if arguments.type.isFloat {
                return Column.numbers(
                    zip(arguments.column(0).doubles, digits).map { number, digits in
                        guard digits != 0 else { return rule(number) }
                        let scale = pow(10, Double(max(-300, min(digits, 300))).magnitude)
                        return digits > 0 ? rule(number * scale) / scale : rule(number / scale) * scale
                    }, as: arguments.type)
            }
            return Column.numbers(
                zip(arguments.int64s(0), digits).map { number, digits in
                    digits >= 0 ? number : whole(number, -digits, rule, isHalfAway: isHalfAway)
                }, as: arguments.type)
        }
        function.names = names
        return function
    }

    /// An integer to a multiple of 10^digits. `round` takes halves away from zero here, as ClickHouse does.
    private static func whole(_ number: Int64, _ digits: Int64, _ rule: (Double) -> Double, isHalfAway: Bool) -> Int64 {
        guard digits <= 18 else { return 0 }
        let scale = powersOfTen[Int(digits)]
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: scale)
        if remainder == 0 { return number }
        let part = Double(remainder) / Double(scale)
        let rounded: Double
        if isHalfAway {
            rounded = part.rounded(.toNearestOrAwayFromZero)
        } else {
            rounded = rule(Double(quotient % 2) + part) - Double(quotient % 2)
        }
        return (quotient &+ Int64(rounded)) &* scale
    }
}

extension Int {
    var double: Double { Double(self) }
}
