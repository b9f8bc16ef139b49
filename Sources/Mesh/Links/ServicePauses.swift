// Which services do nothing for the moment, because a fault has stopped them.

import Kernel
import Synchronization
import Wire

/// Until when services are paused. Safe from any thread.
final class ServicePauses: Sendable {
    private let ends = Mutex<[Endpoint: Instant]>([:])
    private let clock = WorldClock()

    /// Has a service do nothing until a time; a pause that lasts longer stays.
    func pause(_ service: Endpoint, until end: Instant) {
        ends.withLock { $0[service] = max($0[service] ?? end, end) }
    }

    /// Ends a service's pause.
    func goOn(_ service: Endpoint) { ends.withLock { $0[service] = nil } }

    /// How long a service still does nothing; nil where it works.
    func left(of service: Endpoint) -> Duration? {
        guard let end = ends.withLock({ $0[service] }) else { return nil }
        let now = clock.now
        return end > now ? now.duration(to: end) : nil
    }
}
