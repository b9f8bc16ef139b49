// Functions of real numbers.

import Foundation

/// Mathematical functions; all give Float64.
enum MathFunctions {
    static let all: [Function] = [
        real("exp") { exp($0) }, real("log", "ln") { log($0) }, real("exp2") { exp2($0) }, real("log2") { log2($0) },
        real("exp10") { pow(10, $0) }, real("log10") { log10($0) }, real("sqrt") { $0.squareRoot() }, real("cbrt") { cbrt($0) },
        real("sin") { sin($0) }, real("cos") { cos($0) }, real("tan") { tan($0) }, real("asin") { asin($0) },
        real("acos") { acos($0) }, real("atan") { atan($0) }, real("sinh") { sinh($0) }, real("cosh") { cosh($0) },
        real("tanh") { tanh($0) }, real("asinh") { asinh($0) }, real("acosh") { acosh($0) }, real("atanh") { atanh($0) },
        real("erf") { erf($0) }, real("erfc") { erfc($0) }, real("lgamma") { lgamma($0) }, real("tgamma") { tgamma($0) },
        real("log1p") { log1p($0) }, real("degrees") { $0 * 180 / .pi }, real("radians") { $0 * .pi / 180 },
        real2("pow", "power") { pow($0, $1) }, real2("atan2") { atan2($0, $1) }, real2("hypot") { hypot($0, $1) },
        constant("pi", .pi), constant("e", M_E),
        Function("sigmoid", arity: 1...1, type: { try number($0) }) { arguments in
            .float64(arguments.column(0).doubles.map { 1 / (1 + exp(-$0)) })
        },
        Function(
            "sign", arity: 1...1, anyCase: true,
            type: { signature in
                try signature.require(0, \.isNumber)
                return .int8
            }
        ) { arguments in .int8(arguments.column(0).doubles.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }) },
        test("isFinite") { $0.isFinite }, test("isInfinite") { $0.isInfinite }, test("isNaN") { $0.isNaN },
        Function("ifNotFinite", arity: 2...2, type: { try Supertype.of($0.types) }) { arguments in
            let pairs = zip(arguments.column(0).doubles, arguments.column(1).doubles)
            return Column.numbers(pairs.map { $0.isFinite ? $0 : $1 }, as: arguments.type)
        },
    ]

    private static func number(_ signature: Signature) throws -> DataType {
        for index in signature.types.indices { try signature.require(index, \.isNumber) }
        return .float64
    }

    private static func real(_ names: String..., operation: @escaping @Sendable (Double) -> Double) -> Function {
        var function = Function(names[0], arity: 1...1, anyCase: true, type: { try number($0) }) { arguments in
            .float64(arguments.column(0).doubles.map { operation($0) })
        }
        function.names = names
        return function
    }

    private static func real2(_ names: String..., operation: @escaping @Sendable (Double, Double) -> Double) -> Function {
        var function = Function(names[0], arity: 2...2, anyCase: true, type: { try number($0) }) { arguments in
            .float64(zip(arguments.column(0).doubles, arguments.column(1).doubles).map { operation($0, $1) })
        }
        function.names = names
        return function
    }

    private static func constant(_ name: String, _ value: Double) -> Function {
        Function(name, arity: 0...0, anyCase: true, type: { _ in .float64 }) {
            .float64(Array(repeating: value, count: $0.count))
        }
    }

    private static func test(_ name: String, _ operation: @escaping @Sendable (Double) -> Bool) -> Function {
        Function(
            name, arity: 1...1,
            type: { signature in
                try signature.require(0, \.isNumber)
                return .uint8
            }
        ) { arguments in .truths(arguments.column(0).doubles.map { operation($0) }) }
    }
}
