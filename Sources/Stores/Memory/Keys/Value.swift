// What a key can hold, and how a command asks for the kind that it works on.

import DequeModule
import StoreKit

/// The value of a key.
enum Value {
    case string(CacheBytes)
    case list(Deque<CacheBytes>)
    case hash(OrderedTable<CacheBytes>)
    case set(OrderedTable<Void>)
    case sortedSet(SortedMembers)

    /// The name of its type, as TYPE answers.
    var typeName: String {
        switch self {
        case .string: "string"
        case .list: "list"
        case .hash: "hash"
        case .set: "set"
        case .sortedSet: "zset"
        }
    }
}

/// One kind of value: how it is taken out of a key and put back.
struct ValueKind<Content> {
    /// A new one without elements.
    let empty: @Sendable () -> Content
    let isEmpty: @Sendable (Content) -> Bool
    let wrap: @Sendable (Content) -> Value
    /// The content of a value, nil where it is of another kind.
    let unwrap: @Sendable (Value) -> Content?
}

extension ValueKind<CacheBytes> {
    /// Strings. An empty one is a value like any other.
    static let string = ValueKind(
        empty: { CacheBytes([]) }, isEmpty: { _ in false }, wrap: Value.string,
        unwrap: { if case .string(let content) = $0 { content } else { nil } })
}

extension ValueKind<Deque<CacheBytes>> {
    /// Lists.
    static let list = ValueKind(
        empty: { [] }, isEmpty: \.isEmpty, wrap: Value.list,
        unwrap: { if case .list(let content) = $0 { content } else { nil } })
}

extension ValueKind<OrderedTable<CacheBytes>> {
    /// Hashes.
    static let hash = ValueKind(
        empty: { OrderedTable() }, isEmpty: \.isEmpty, wrap: Value.hash,
        unwrap: { if case .hash(let content) = $0 { content } else { nil } })
}

extension ValueKind<OrderedTable<Void>> {
    /// Sets.
    static let set = ValueKind(
        empty: { OrderedTable() }, isEmpty: \.isEmpty, wrap: Value.set,
        unwrap: { if case .set(let content) = $0 { content } else { nil } })
}

extension ValueKind<SortedMembers> {
    /// Sorted sets.
    static let sortedSet = ValueKind(
        empty: { SortedMembers() }, isEmpty: \.isEmpty, wrap: Value.sortedSet,
        unwrap: { if case .sortedSet(let content) = $0 { content } else { nil } })
}
