// The least type that holds all values of several types, as ClickHouse finds it for arrays, `if` and UNION.

/// Supertypes.
enum Supertype {
    /// The least type that holds the values of all `types`. Throws 386 as ClickHouse does, where there is none.
    static func of(_ types: [DataType]) throws -> DataType {
        guard var result = types.first?.stored else { return .nothing }
        for type in types.dropFirst() {
            guard let next = of(result, type.stored) else {
                let names = types.map(\.name).joined(separator: ", ")
                throw EngineError(.noCommonType, "There is no supertype for types \(names) because some of them differ too much")
            }
            result = next
        }
        return result
    }

    /// The supertype of two types; nil where there is none.
    static func of(_ left: DataType, _ right: DataType) -> DataType? {
        if left == right { return left }
        switch (left, right) {
        case (.nothing, let other), (let other, .nothing): return other
        case (.nullable(let left), .nullable(let right)): return of(left, right)?.madeNullable
        case (.nullable(let inner), let other), (let other, .nullable(let inner)):
            guard other.canBeNullable else { return inner == .nothing ? other : nil }
            return of(inner, other)?.madeNullable
        case (.array(let left), .array(let right)): return of(left, right).map { .array($0) }
        case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
            guard let key = of(leftKey, rightKey), let value = of(leftValue, rightValue) else { return nil }
            return .map(key, value)
        case (.tuple(let left), .tuple(let right)):
            guard left.count == right.count else { return nil }
            var members: [TupleMember] = []
            for (left, right) in zip(left, right) {
                guard let type = of(left.type, right.type) else { return nil }
                members.append(TupleMember(name: left.name == right.name ? left.name : nil, type: type))
            }
            return .tuple(members)
        case (.bool, let other) where other.isNumber, (let other, .bool) where other.isNumber:
            return numbers(.uint8, other)
        case (.string, .fixedString), (.fixedString, .string), (.fixedString, .fixedString): return .string
        case (.string, let other) where other.enumNames != nil, (let other, .string) where other.enumNames != nil:
            return .string
        default: break
        }
        if left.isDateOrTime, right.isDateOrTime { return dates(left, right) }
        return numbers(left, right)
    }

    private static func dates(_ left: DataType, _ right: DataType) -> DataType {
        func rank(_ type: DataType) -> Int {
            switch type {
            case .date: 0
            case .date32: 1
            case .dateTime: 2
            default: 3
            }
        }
        if case .dateTime64(let leftScale, let zone) = left, case .dateTime64(let rightScale, let other) = right {
            return .dateTime64(precision: max(leftScale, rightScale), zone: zone ?? other)
        }
        if rank(left) == 1, rank(right) == 2 || rank(right) == 3 { return widened(right) }
        if rank(right) == 1, rank(left) == 2 || rank(left) == 3 { return widened(left) }
        return rank(left) >= rank(right) ? left : right
    }

    private static func widened(_ type: DataType) -> DataType {
        if case .dateTime(let zone) = type { return .dateTime64(precision: 0, zone: zone) }
        return type
    }

    private static func numbers(_ left: DataType, _ right: DataType) -> DataType? {
        guard left.isNumber, right.isNumber else { return nil }
        if left.isFloat || right.isFloat {
            let bits = [left, right].compactMap { $0.integerType?.bits }.max() ?? 0
            if left == .float64 || right == .float64 { return .float64 }
            if bits > 32 { return nil }
            return bits > 16 ? .float64 : .float32
        }
        guard let left = left.integerType, let right = right.integerType else { return nil }
        if left.isSigned == right.isSigned {
            return .integer(IntegerType(bits: max(left.bits, right.bits), isSigned: left.isSigned))
        }
        let unsigned = left.isSigned ? right.bits : left.bits
        let signed = left.isSigned ? left.bits : right.bits
        let bits = unsigned >= signed ? unsigned * 2 : signed
        return bits > 64 ? nil : .integer(IntegerType(bits: bits, isSigned: true))
    }
}
