// The toxic 'timeout': nothing passes, and after a while the connection is closed.

import NIOCore

/// Drops all data, and closes the connection when nothing came for `timeout` milliseconds; at 0 it stays open until the
/// toxic is removed, which closes it.
public struct TimeoutToxic: Sendable, Hashable {
    /// Milliseconds; 0 for no limit.
    public var timeout: Int64

    public init(timeout: Int64 = 0) { self.timeout = timeout }

    func alarm(_ now: NIODeadline) -> NIODeadline? { timeout > 0 ? now + .parameter(timeout) : nil }
}
