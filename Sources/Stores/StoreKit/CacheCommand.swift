// One command to a cache, as Redis takes it: a name and arguments, all of them bytes.

/// A command with its arguments.
public struct CacheCommand: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
    /// The name and what follows it. Never empty.
    public var arguments: [CacheBytes]

    /// A command of its name and arguments. Traps where there is not even a name.
    public init(_ arguments: [CacheBytes]) {
        precondition(!arguments.isEmpty, "a command has at least a name")
        self.arguments = arguments
    }

    /// A command of its name and arguments.
    public init(_ name: CacheBytes, _ arguments: CacheBytes...) { self.init([name] + arguments) }

    public init(arrayLiteral elements: CacheBytes...) { self.init(elements) }

    /// The name as it was written.
    public var name: CacheBytes { arguments[0] }

    public var description: String { arguments.map(\.text).joined(separator: " ") }

    /// Whether it only makes sense in a session.
    public var needsSession: Bool { Self.sessionNames.contains(name.lowercased.text) }

    private static let sessionNames: Set<String> = [
        "multi", "exec", "discard", "watch", "unwatch", "subscribe", "unsubscribe", "psubscribe", "punsubscribe", "select",
    ]
}
