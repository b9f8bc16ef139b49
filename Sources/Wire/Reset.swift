// Ending a connection the hard way, alike in every world.

import Glibc
public import NIOCore

extension Channel {
    /// Closes the channel so that its peer sees a reset instead of an end (`SO_LINGER` with a time of 0, socket(7)).
    /// On the channel's event loop.
    public func resetPeer() {
        _ = (self as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        close(mode: .all, promise: nil)
    }
}
