// How many bytes went through proxies, for metrics.

import Synchronization

/// Counts bytes by proxy and direction. Counts stay when proxies go.
public final class ProxyTraffic: Sendable {
    /// What is counted for itself.
    public struct Key: Sendable, Hashable, Comparable {
        public let stream: ProxyStream
        /// The proxy's name.
        public let proxy: String
        /// Where it listens.
        public let listener: String
        /// What is behind it.
        public let upstream: String

        public static func < (one: Key, other: Key) -> Bool { one.order.lexicographicallyPrecedes(other.order) }

        private var order: [String] { [stream.rawValue, listener, proxy, upstream] }
    }

    /// Bytes that came from the sender, and that went to the receiver.
    public struct Count: Sendable, Equatable {
        public var received: UInt64 = 0
        public var sent: UInt64 = 0
    }

    private let counts = Mutex<[Key: Count]>([:])

    /// Nothing was counted yet.
    public init() {}

    /// All counts, in the order of their keys.
    public var all: [(key: Key, count: Count)] {
        counts.withLock { counts in counts.map { (key: $0.key, count: $0.value) } }.sorted { $0.key < $1.key }
    }

    func count(_ key: Key, isReceived: Bool, _ bytes: Int) {
        counts.withLock { counts in
            if isReceived {
                counts[key, default: Count()].received += UInt64(bytes)
            } else {
                counts[key, default: Count()].sent += UInt64(bytes)
            }
        }
    }
}
