// What tests share that watch something from outside: a record that they can wait upon, instead of for a time.

import Synchronization

/// A value that grows as something happens, and tests that wait until it is as they expect.
final public class Recorded<Content: Sendable>: Sendable {
    private struct State {
        var content: Content
        var waiters: [(isMet: @Sendable (Content) -> Bool, waiter: CheckedContinuation<Content, Never>)] = []
    }

    private let state: Mutex<State>

    /// A record that begins with `content`.
    public init(_ content: Content) { state = Mutex(State(content: content)) }

    /// What there is now.
    public var content: Content { state.withLock { $0.content } }

    /// Changes the record, and wakes whoever waited for what it is now.
    public func update(_ change: (inout Content) -> Void) {
        let (content, met) = state.withLock { state in
            change(&state.content)
            let content = state.content
            let met = state.waiters.filter { $0.isMet(content) }.map(\.waiter)
            state.waiters.removeAll { $0.isMet(content) }
            return (content, met)
        }
        for waiter in met { waiter.resume(returning: content) }
    }

    /// Waits until `isMet` holds, and returns what there is then.
    public func wait(until isMet: @escaping @Sendable (Content) -> Bool) async -> Content {
        await withCheckedContinuation { waiter in
            let content = state.withLock { state -> Content? in
                if isMet(state.content) { return state.content }
                state.waiters.append((isMet, waiter))
                return nil
            }
            if let content { waiter.resume(returning: content) }
        }
    }
}
