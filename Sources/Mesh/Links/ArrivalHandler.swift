// Where connections arrive: tells those of the mesh, which have their link at the other end, from those that have none.

import Faults
import Kernel
import NIOCore
import Wire

/// The first handler of an accepted connection in a world with faults.
///
/// By the time the first bytes come, a caller of the mesh has made itself known. Any other connection comes from outside
/// the world, and gets its link here, so that the faults of links reach it too. The end of a caller of the mesh can get
/// lost here: then nobody is told, and what is sent vanishes.
final class ArrivalHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let peers: PeerTable
    private let callee: Endpoint
    /// Judges the ends of connections, where a fault may lose them.
    private let judge: ((FaultPlace) -> Verdict)?
    private let linkOfOutsiders: (Endpoint) -> Link?
    private var ports: (callee: Int, caller: Int)?
    /// Whether an end that is not lost closes the connection at once, as it does where nobody asked to be told of it.
    private let closesAtEnd: Bool
    private var isKnown = false
    private var hasLostEnd = false

    init(
        _ peers: PeerTable, callee: Endpoint, _ judge: ((FaultPlace) -> Verdict)?, closesAtEnd: Bool,
        link: @escaping (Endpoint) -> Link?
    ) {
        self.peers = peers
        self.callee = callee
        self.judge = judge
        self.closesAtEnd = closesAtEnd
        linkOfOutsiders = link
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isKnown {
            isKnown = true
            meet(context)
        }
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let judge, case ChannelEvent.inputClosed = event {
            if let caller = peers.caller(of: context.channel) {
                hasLostEnd = judge(.link(.ending, LinkName(from: caller, to: callee), .forth)) == .drop
                if hasLostEnd { return }
            }
            if closesAtEnd { return context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if hasLostEnd { promise?.succeed(()) } else { context.write(data, promise: promise) }
    }

    func flush(context: ChannelHandlerContext) { if !hasLostEnd { context.flush() } }

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
