// The clock of a world: virtual inside a simulation, real outside, the same code for both.

import CInterpose
import Glibc

/// The clock that services, links and suites read.
///
/// It asks the system, which inside a simulation answers with virtual time; no caller knows in which world it runs.
public struct WorldClock: Clock, Sendable {
    public typealias Instant = Kernel.Instant

    private let offset: ClockOffset?
    private let pause: ClockPause?

    /// The world's clock; with an offset, one that may be wrong by it; with a pause, one of a process that may stand still.
    public init(offset: ClockOffset? = nil, pause: ClockPause? = nil) {
        self.offset = offset
        self.pause = pause
    }

    public var now: Instant {
        guard let offset else { return worldTime }
        return Instant(nanoseconds: worldTime.nanoseconds + offset.nanoseconds)
    }

    private var worldTime: Instant {
        if let world = backlot_current() { return Instant(nanoseconds: world.pointee.epoch + world.pointee.now) }
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    public var minimumResolution: Duration { .nanoseconds(1) }

    /// Waits until a time. A timer that comes while its process stands still goes off when the process goes on.
    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let left = now.duration(to: deadline)
        if left > .zero { try await Task.sleep(for: left, tolerance: tolerance, clock: .continuous) }
        while let left = pause?.left { try await Task.sleep(for: left, clock: .continuous) }
    }
}
