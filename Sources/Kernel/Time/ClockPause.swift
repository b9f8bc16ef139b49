// Until when a process stands still: for services that a fault has paused.

import Synchronization

/// Until when a process does nothing, so that none of its timers goes off before. Safe from any thread.
public final class ClockPause: Sendable {
    /// In nanoseconds since the epoch; 0 where the process was never paused.
    private let end = Atomic<Int64>(0)

    /// No pause.
    public init() {}

    /// Has the process do nothing until a time; a pause that lasts longer stays.
    public func pause(until end: Instant) { self.end.max(end.nanoseconds, ordering: .relaxed) }

    /// How long the process still does nothing; nil where it works.
    public var left: Duration? {
        let end = end.load(ordering: .relaxed)
        guard end != 0 else { return nil }
        let left = WorldClock().now.duration(to: Instant(nanoseconds: end))
        return left > .zero ? left : nil
    }
}
