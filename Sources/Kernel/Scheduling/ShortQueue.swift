// A first-in-first-out queue for where mostly one element waits: it keeps the first one in place.

public import DequeModule

/// A queue that needs no storage of its own while it holds one element.
///
/// Strands, channels and links have thousands of queues that are nearly always short; a separate allocation for each
/// would cost a cache miss per message.
public struct ShortQueue<Element> {
    @usableFromInline var first: Element?
    @usableFromInline var rest: Deque<Element>?

    /// An empty queue.
    @inlinable public init() {}

    /// Whether nothing waits.
    @inlinable public var isEmpty: Bool { first == nil }

    /// How many elements wait.
    @inlinable public var count: Int { first == nil ? 0 : 1 + (rest?.count ?? 0) }

    /// The oldest element.
    @inlinable public var front: Element? { first }

    /// Adds an element at the end.
    @inlinable
    public mutating func append(_ element: Element) {
        if first == nil {
            first = element
        } else if rest == nil {
            rest = [element]
        } else {
            rest!.append(element)
        }
    }

    /// Takes the oldest element.
    @inlinable
    public mutating func popFirst() -> Element? {
        guard let element = first.take() else { return nil }
        if rest != nil { first = rest!.popFirst() }
        return element
    }

    /// Takes the newest element.
    @inlinable
    public mutating func popLast() -> Element? {
        if rest != nil, let last = rest!.popLast() { return last }
        return first.take()
    }

    /// The element at a place, the oldest at 0.
    @inlinable
    public subscript(_ place: Int) -> Element { place == 0 ? first! : rest![place - 1] }

    /// Drops all elements.
    @inlinable
    public mutating func removeAll() {
        first = nil
        rest = nil
    }
}
