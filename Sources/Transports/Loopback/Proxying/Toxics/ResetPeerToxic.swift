// The toxic 'reset_peer': the connection is reset.

import NIOCore

/// Resets the connection `timeout` milliseconds after the first data, which is lost.
public struct ResetPeerToxic: Sendable, Hashable {
    /// Milliseconds.
    public var timeout: Int64

    public init(timeout: Int64 = 0) { self.timeout = timeout }

    func release(now: NIODeadline) -> ToxicRelease {
        ToxicRelease(element: .end(.reset), due: now + .parameter(timeout))
    }
}
