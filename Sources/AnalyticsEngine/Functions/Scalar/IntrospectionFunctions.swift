// Functions about types, blocks and the server, and those that do nothing but matter to the optimiser.

/// Introspection functions.
enum IntrospectionFunctions {
    static let all: [Function] = [
        Function("toTypeName", arity: 1...1, nulls: .own, type: { _ in .string }) { arguments in
            let name = Array(arguments[0].type.name.utf8)
            return arguments.texts { _ in name }
        },
        Function("materialize", arity: 1...1, nulls: .own, isFoldable: false, type: { $0.types[0] }) { $0.column(0) },
        Function("identity", arity: 1...1, nulls: .own, type: { $0.types[0] }) { $0.column(0) },
        Function("ignore", arity: 0...Function.anyNumber, nulls: .own, isFoldable: false, type: { _ in .uint8 }) {
            .uint8(Array(repeating: 0, count: $0.count))
        },
        Function("isConstant", arity: 1...1, nulls: .own, isFoldable: false, type: { _ in .uint8 }) { arguments in
            .uint8(Array(repeating: arguments[0].isConstant ? 1 : 0, count: arguments.count))
        },
        Function(
            "throwIf", arity: 1...3, isFoldable: false,
            type: { signature in
                try signature.require(0, \.isNumber)
                return .uint8
            }
        ) { arguments in
            if arguments.column(0).truths.contains(true) {
                let message = arguments.values.count > 1 ? arguments.constantText(1) : nil
                throw EngineError(
                    .functionThrowIfValueIsNonZero,
                    message.map { String(decoding: $0, as: UTF8.self) } ?? "Value passed to 'throwIf' function is non-zero")
            }
            return .uint8(Array(repeating: 0, count: arguments.count))
        },
        Function("blockSize", arity: 0...0, isFoldable: false, type: { _ in .uint64 }) { arguments in
            .uint64(Array(repeating: UInt64(arguments.count), count: arguments.count))
        },
        Function("rowNumberInBlock", arity: 0...0, isFoldable: false, type: { _ in .uint64 }) { arguments in
            .uint64((0..<UInt64(arguments.count)).map { $0 })
        },
        text("version") { _ in "24.8.1.1" }, text("currentDatabase", "DATABASE", "SCHEMA") { $0.database },
        text("currentUser", "user") { _ in "default" }, text("hostName", "hostname", "FQDN") { _ in "localhost" },
        text("timezone", "timeZone", "serverTimezone") { _ in "UTC" }, text("queryID", "query_id") { $0.queryID },
        Function("uptime", arity: 0...0, type: { _ in .uint32 }) { .uint32(Array(repeating: 1, count: $0.count)) },
        Function(
            "getSetting", arity: 1...1,
            type: { signature in
                let name = try signature.text(0)
                guard let value = signature.context.settings[name] else {
                    guard let known = Settings.known.first(where: { $0.name == name }) else {
                        throw EngineError(.unknownSetting, "Unknown setting '\(name)'")
                    }
                    return Int64(known.value) == nil ? .string : .uint64
                }
                return value.literalType
            }
        ) { arguments in
            let name = String(decoding: arguments.constantText(0) ?? [], as: UTF8.self)
            let value = arguments.context.settings[name] ?? .integer(arguments.context.settings.integer(name))
            return Column(Array(repeating: value, count: arguments.count), arguments.type)
        },
        Function("defaultValueOfArgumentType", arity: 1...1, nulls: .own, type: { $0.types[0] }) {
            Column.defaults($0.type, $0.count)
        },
        Function("defaultValueOfTypeName", arity: 1...1, type: { try TypeParser.type(try $0.text(0)).stored }) {
            Column.defaults($0.type, $0.count)
        },
        Function("byteSize", arity: 1...Function.anyNumber, nulls: .own, type: { _ in .uint64 }) { arguments in
            .uint64(
                (0..<arguments.count).map { row in UInt64(arguments.values.reduce(0) { $0 + $1.full.slice(row..<row + 1).size }) }
            )
        },
        Function("sleep", "sleepEachRow", arity: 1...1, type: { _ in .uint8 }) { .uint8(Array(repeating: 0, count: $0.count)) },
    ]

    private static func text(_ names: String..., make: @escaping @Sendable (Context) -> String) -> Function {
        var function = Function(names[0], arity: 0...0, anyCase: true, type: { _ in .string }) { arguments in
            let text = Array(make(arguments.context).utf8)
            return arguments.texts { _ in text }
        }
        function.names = names
        return function
    }
}
