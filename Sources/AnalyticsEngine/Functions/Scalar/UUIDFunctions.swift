// UUIDs.

/// UUID functions.
enum UUIDFunctions {
    static let all: [Function] = [
        Function("generateUUIDv4", arity: 0...1, isFoldable: false, type: { _ in .uuid }) { arguments in
            .uuid(
                (0..<arguments.count).map { _ in
                    let bits = UInt128(arguments.context.random()) << 64 | UInt128(arguments.context.random())
                    let version = bits & ~(UInt128(0xF) << 76) | UInt128(4) << 76
                    return version & ~(UInt128(3) << 62) | UInt128(2) << 62
                })
        },
        Function(
            "UUIDStringToNum", arity: 1...1,
            type: { signature in
                try StringFunctions.isText(signature)
                return .fixedString(16)
            }
        ) { arguments in
            let reader = ValueReader(context: arguments.context)
            let texts = arguments.texts(0)
            return arguments.texts { row -> [UInt8] in
                guard case .uuid(let id)? = try? reader.value(texts[row], .uuid) else { return Array(repeating: 0, count: 16) }
                return (0..<16).map { UInt8(truncatingIfNeeded: id >> UInt128((15 - $0) * 8)) }
            }
        },
        Function(
            "UUIDNumToString", arity: 1...1,
            type: { signature in
                guard signature.types[0] == .fixedString(16) else { throw signature.illegal(0) }
                return .string
            }
        ) { arguments in
            let texts = arguments.texts(0)
            return arguments.texts { row in ValueText.text(uuid: texts[row].reduce(UInt128(0)) { $0 << 8 | UInt128($1) }) }
        },
    ]
}
