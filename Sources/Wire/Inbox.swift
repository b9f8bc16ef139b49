// What stands between an event loop that receives and a task that reads: a bounded queue with one waiting reader.

import NIOCore
import Synchronization

/// A queue that an event loop fills and one task empties.
///
/// It does not refuse what is too much: it says so, and the loop stops reading from its connection until there is
/// room again. `limit` is in units of `cost`, in bytes for all users here.
final class Inbox<Element: Sendable>: Sendable {
    private struct State {
        var elements = CircularBuffer<Element>()
        var weight = 0
        var end: (any Error)??
        var reader: UnsafeContinuation<Element?, any Error>?
        var readIsHeld = false

        mutating func pop(_ cost: (Element) -> Int) -> Element? {
            guard let element = elements.popFirst() else { return nil }
            weight -= cost(element)
            return element
        }
    }

    private enum Next {
        case element(Element, roomAgain: Bool)
        case end((any Error)?)
        case nothing
    }

    private let state = Mutex(State())
    private let limit: Int
    private let cost: @Sendable (Element) -> Int
    private let onRoom: @Sendable () -> Void

    /// An empty inbox. `onRoom` is called, on the reader's side, when a held read may go on.
    init(limit: Int, cost: @escaping @Sendable (Element) -> Int, onRoom: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.cost = cost
        self.onRoom = onRoom
    }

    /// Whether the end was announced.
    var isFinished: Bool { state.withLock { $0.end != nil } }

    /// Whether as much waits as may.
    var isFull: Bool { state.withLock { $0.weight >= limit } }

    /// Adds an element, or hands it to the waiting reader. Ignored after the end.
    func push(_ element: Element) {
        let reader = state.withLock { state -> UnsafeContinuation<Element?, any Error>? in
            guard state.end == nil else { return nil }
            if let reader = state.reader.take() { return reader }
            state.elements.append(element)
            state.weight += cost(element)
            return nil
        }
        reader?.resume(returning: element)
    }

    /// Announces the end: elements that wait are read first, then `error` is thrown or nil returned. The first end counts.
    func finish(throwing error: (any Error)? = nil) {
        let reader = state.withLock { state -> UnsafeContinuation<Element?, any Error>? in
            guard state.end == nil else { return nil }
            state.end = .some(error)
            return state.reader.take()
        }
        guard let reader else { return }
        if let error { reader.resume(throwing: error) } else { reader.resume(returning: nil) }
    }

    /// Whether the loop may read on; if not, `onRoom` will be called.
    func mayRead() -> Bool {
        state.withLock { state in
            guard state.weight >= limit, state.end == nil else { return true }
            state.readIsHeld = true
            return false
        }
    }

    /// The next element, nil after the end. Throws the error of the end, and `CancellationError` where the reading
    /// task is cancelled while it waits. One task may read at a time.
    func next() async throws -> Element? {
        switch state.withLock({ take(&$0) }) {
        case .element(let element, let roomAgain):
            if roomAgain { onRoom() }
            return element
        case .end(let error):
            if let error { throw error }
            return nil
        case .nothing:
            return try await withTaskCancellationHandler {
                try await withUnsafeThrowingContinuation { wait($0) }
            } onCancel: {
                state.withLock { $0.reader.take() }?.resume(throwing: CancellationError())
            }
        }
    }

    private func wait(_ reader: UnsafeContinuation<Element?, any Error>) {
        // A cancellation that came before this lock found no reader to wake, so it is looked for under it.
        let next = state.withLock { state -> Next in
            let next = take(&state)
            guard case .nothing = next else { return next }
            if Task.isCancelled { return .end(CancellationError()) }
            precondition(state.reader == nil, "two tasks read one body or one WebSocket at the same time")
            state.reader = reader
            return .nothing
        }
        switch next {
        case .element(let element, let roomAgain):
            if roomAgain { onRoom() }
            reader.resume(returning: element)
        case .end(let error?): reader.resume(throwing: error)
        case .end(nil): reader.resume(returning: nil)
        case .nothing: break
        }
    }

    private func take(_ state: inout State) -> Next {
        if let element = state.pop(cost) {
            let roomAgain = state.readIsHeld && state.weight <= limit / 2
            if roomAgain { state.readIsHeld = false }
            return .element(element, roomAgain: roomAgain)
        }
        if let end = state.end { return .end(end) }
        return .nothing
    }
}
