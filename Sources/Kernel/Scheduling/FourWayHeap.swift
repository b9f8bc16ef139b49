// The heap under the ready queue and the timers: small keys, four to a line of the processor's cache.

/// A key of a heap: plain bits with a total order.
protocol HeapKey: BitwiseCopyable {
    /// Whether this key comes out before another.
    func precedes(_ other: Self) -> Bool
}

/// A min-heap in which every key has four children. Adding and taking are O(log n).
///
/// Against two children it halves the depth, and where thousands wake at once the lines of cache that are touched.
struct FourWayHeap<Key: HeapKey> {
    private var keys: ContiguousArray<Key> = []

    var isEmpty: Bool { keys.isEmpty }
    var count: Int { keys.count }

    /// The key that comes out next.
    var first: Key? { keys.first }

    mutating func push(_ key: Key) {
        var child = keys.count
        keys.append(key)
        keys.withUnsafeMutableBufferPointer { keys in
            while child > 0 {
                let parent = (child &- 1) >> 2
                guard key.precedes(keys[parent]) else { break }
                keys[child] = keys[parent]
                child = parent
            }
            keys[child] = key
        }
    }

    mutating func pop() -> Key? {
        guard let last = keys.popLast() else { return nil }
        guard let first = keys.first else { return last }
        keys.withUnsafeMutableBufferPointer { Self.sink(last, into: $0) }
        return first
    }

    /// Takes out all keys that do not fulfil `isKept`. O(n log n).
    mutating func keep(where isKept: (Key) -> Bool) {
        let kept = keys.filter(isKept)
        keys.removeAll(keepingCapacity: true)
        for key in kept { push(key) }
    }

    /// Puts a key in the place of the first, and then where it belongs.
    @inline(__always)
    private static func sink(_ key: Key, into keys: UnsafeMutableBufferPointer<Key>) {
        let count = keys.count
        var parent = 0
        while true {
            let firstChild = parent &* 4 &+ 1
            guard firstChild < count else { break }
            var least = firstChild
            let end = min(firstChild &+ 4, count)
            var other = firstChild &+ 1
            while other < end {
                if keys[other].precedes(keys[least]) { least = other }
                other &+= 1
            }
            guard keys[least].precedes(key) else { break }
            keys[parent] = keys[least]
            parent = least
        }
        keys[parent] = key
    }
}
