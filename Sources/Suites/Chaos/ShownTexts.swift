// All that the users of a chaos case were shown, word for word.

import Synchronization

/// Collects what users are shown. Safe from any task.
final class ShownTexts: Sendable {
    private let state = Mutex<[ShownText]>([])

    /// What was shown so far, in the order in which it came.
    var all: [ShownText] { state.withLock { $0 } }

    /// Notes that a user was shown something.
    func add(_ text: ShownText) { state.withLock { $0.append(text) } }
}
