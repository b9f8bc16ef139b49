// All functions by name, put together once for a process.

/// Finds functions.
enum FunctionRegistry {
    /// The functions of every family. A new family is one file, and one line here.
    private static let families: [[Function]] = [
        ArithmeticFunctions.all, BitFunctions.all, MathFunctions.all, RoundingFunctions.all, ComparisonFunctions.all,
        LogicFunctions.all, ConditionalFunctions.all, NullFunctions.all, ConversionFunctions.all, StringFunctions.all,
        SubstringFunctions.all, SearchFunctions.all, PatternFunctions.all, EncodingFunctions.all, DatePartFunctions.all,
        DateStartFunctions.all, DateArithmeticFunctions.all, NowFunctions.all, DateFormatFunctions.all, ArrayFunctions.all,
        ArraySetFunctions.all, ArraySliceFunctions.all, TupleFunctions.all, MapFunctions.all, JSONFunctions.all,
        IntrospectionFunctions.all, RandomFunctions.all, UUIDFunctions.all, URLFunctions.all, SplittingFunctions.all,
    ]

    private static let byName: [String: Function] = {
        var functions: [String: Function] = [:]
        for function in families.joined() {
            for name in function.names { functions[name] = function }
        }
        return functions
    }()

    private static let byLowerName: [String: Function] = {
        var functions: [String: Function] = [:]
        for function in families.joined() where function.anyCase {
            for name in function.names { functions[name.lowercased()] = function }
        }
        return functions
    }()

    /// The function of a name.
    static func function(_ name: String) -> Function? { byName[name] ?? byLowerName[name.lowercased()] }

    /// All names, for "Maybe you meant", in order.
    static let names: [String] = (Array(byName.keys) + HigherOrderRegistry.names + AggregateRegistry.names).sorted()
}
