// Where connections arrive: tells those of the mesh, which have their link at the other end, from those that have none.

import Kernel
import NIOCore
import Wire

/// The first handler of an accepted connection in a world with faults.
///
/// By the time the first bytes come, a caller of the mesh has made itself known. Any other connection comes from outside
/// the world, and gets its link here, so that the faults of links reach it too.
final class ArrivalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let peers: PeerTable
    private let callee: Endpoint
    private let linkOfOutsiders: (Endpoint) -> Link?
    private var ports: (callee: Int, caller: Int)?
    private var isKnown = false

    init(_ peers: PeerTable, callee: Endpoint, link: @escaping (Endpoint) -> Link?) {
        self.peers = peers
        self.callee = callee
        linkOfOutsiders = link
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isKnown {
            isKnown = true
            meet(context)
        }
        context.fireChannelRead(data)
    }

    private func meet(_ context: ChannelHandlerContext) {
        guard peers.caller(of: context.channel) == nil else {
            if let callee = context.channel.localAddress?.port, let caller = context.channel.remoteAddress?.port {
                ports = (callee, caller)
            }
            return
        }
        guard let link = linkOfOutsiders(.outside) else { return }
        let handler = LinkHandler(link, ordinal: link.openConnection(), end: .callee)
        do {
            try context.pipeline.syncOperations.addHandler(handler, position: .after(self))
        } catch {
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        if let ports { peers.remove(ports) }
    }
}
