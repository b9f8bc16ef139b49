// By how much a clock is wrong: for services whose clock a fault has set forward or back.

import Synchronization

/// What a clock adds to the world's time. Safe from any thread.
public final class ClockOffset: Sendable {
    private let offset = Atomic<Int64>(0)

    /// A clock that is right.
    public init() {}

    /// By how much it is wrong, in nanoseconds.
    public var nanoseconds: Int64 { offset.load(ordering: .relaxed) }

    /// Sets the clock forward, or back where the change is negative.
    public func change(by change: Duration) { offset.wrappingAdd(change.nanosecondsClamped, ordering: .relaxed) }

    /// Sets the clock right. Returns whether it was wrong.
    public func correct() -> Bool { offset.exchange(0, ordering: .relaxed) != 0 }
}
