// Who is at the other end of an accepted connection: looked up by its ports, as sockets know no names.

import NIOCore
import Synchronization
import Wire

/// The open connections of a mesh by their ports, so that a service's end can tell who called.
final class PeerTable: Sendable {
    /// The ports of a connection, as the callee sees them.
    private struct Ports: Hashable {
        let callee: Int
        let caller: Int
    }

    private let callers = Mutex<[Ports: Endpoint]>([:])

    /// Enters a connection, seen from its caller's end.
    func add(_ link: LinkName, from channel: any Channel) {
        guard let callee = channel.remoteAddress?.port, let caller = channel.localAddress?.port else { return }
        callers.withLock { $0[Ports(callee: callee, caller: caller)] = link.caller }
    }

    /// The caller of a connection, seen from its callee's end; nil where it is none of the mesh's.
    func caller(of channel: any Channel) -> Endpoint? {
        Self.ports(channel).flatMap { ports in callers.withLock { $0[ports] } }
    }

    /// Forgets a connection, seen from its callee's end.
    func remove(_ ports: (callee: Int, caller: Int)) {
        callers.withLock { $0[Ports(callee: ports.callee, caller: ports.caller)] = nil }
    }

    private static func ports(_ channel: any Channel) -> Ports? {
        guard let callee = channel.localAddress?.port, let caller = channel.remoteAddress?.port else { return nil }
        return Ports(callee: callee, caller: caller)
    }
}
