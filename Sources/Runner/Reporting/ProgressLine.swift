// How far a long run is, in one line: rewritten on a terminal, a line now and then elsewhere.

import Synchronization

/// The line of progress of a report. Safe from any thread.
final class ProgressLine: Sendable {
    private let isLive: Bool
    private let interval: Duration
    private let write: @Sendable (String) -> Void
    private let state = Mutex((lastShown: ContinuousClock.now, isOpen: false))

    /// A line that is shown at most once in each `interval`, the first time after one. `isLive` says that it may be
    /// rewritten.
    init(isLive: Bool, interval: Duration, write: @escaping @Sendable (String) -> Void) {
        self.isLive = isLive
        self.interval = interval
        self.write = write
    }

    /// Shows how far it is, if it is time for that.
    func show(_ text: () -> String) {
        let isDue = state.withLock { state in
            let now = ContinuousClock.now
            guard now - state.lastShown >= interval else { return false }
            state = (now, isLive)
            return true
        }
        if isDue { write(isLive ? "\r\u{1B}[K\(text())" : text() + "\n") }
    }

    /// Takes the line away, so that something else can be written.
    func clear() {
        let wasOpen = state.withLock { state in
            defer { state.isOpen = false }
            return state.isOpen
        }
        if wasOpen { write("\r\u{1B}[K") }
    }
}
