// The toxic 'slow_close': the end comes later.

import NIOCore

/// Holds the end of a direction back; data passes.
public struct SlowCloseToxic: Sendable, Hashable {
    /// Milliseconds.
    public var delay: Int64

    public init(delay: Int64 = 0) { self.delay = delay }

    func release(of end: ProxyEnd, now: NIODeadline) -> ToxicRelease {
        ToxicRelease(element: .end(end), due: now + .parameter(delay))
    }
}
