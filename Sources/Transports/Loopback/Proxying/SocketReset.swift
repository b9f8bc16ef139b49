// Having a socket end with a reset.

import Glibc
import NIOCore

extension Channel {
    /// Has the channel's next close reset the connection (`SO_LINGER` with a time of 0, socket(7)).
    func setReset() { _ = (self as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)) }
}
