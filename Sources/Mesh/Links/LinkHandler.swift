// The link in a pipeline: the handler at the wire end that asks what becomes of each delivery, and carries it out.

import Faults
import Kernel
import NIOCore
import Wire

/// Carries both directions of one connection on the event loop's clock: at the caller's end of it, or, where the caller
/// is no part of the mesh, at the callee's.
///
/// A delivery is what is written between two flushes, or read between two read-completes. It needs a channel that
/// stays open when its peer ends (`allowRemoteHalfClosure`), so that what is still on its way arrives before the end.
final class LinkHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Which end of a connection a handler is at.
    enum End { case caller, callee }

    private let link: Link
    private let ordinal: UInt64
    private let end: End
    private let peers: PeerTable?
    /// What this end sends, and what it receives.
    private let outbound: LinkLane
    private let inbound: LinkLane
    @exclusivity(unchecked) private var context: ChannelHandlerContext?
    /// The event loop as the simulation's scheduler knows it, in a simulated world: there a timer is set for every
    /// delivery, and NIO's way to do it makes a callback object each time.
    @exclusivity(unchecked) private var strand: Strand?

    init(_ link: Link, ordinal: UInt64, end: End, peers: PeerTable? = nil) {
        self.link = link
        self.ordinal = ordinal
        self.end = end
        self.peers = peers
        outbound = LinkLane(end == .caller ? .forth : .back)
        inbound = LinkLane(end == .caller ? .back : .forth)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        strand = context.eventLoop as? Strand
        outbound.handler = self
        inbound.handler = self
    }

    func channelActive(context: ChannelHandlerContext) {
        // Before anything is sent, so that the callee can ask who sends.
        peers?.add(link.name, from: context.channel)
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        strand = nil
        outbound.handler = nil
        inbound.handler = nil
        for lane in [outbound, inbound] { lane.abandon { $0.fail(ChannelError.ioOnClosedChannel) } }
        link.closeConnection(ordinal)
    }

    // MARK: From this end

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let buffer = unwrapOutboundIn(data)
        outbound.gather(.bytes(buffer, promise), bytes: buffer.readableBytes)
    }

    func flush(context: ChannelHandlerContext) {
        if outbound.gathered == 0 { context.flush() } else { send(context, outbound) }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .input || outbound.isEmpty || outbound.isLost { return context.close(mode: mode, promise: promise) }
        // What was written before is still on its way: the end comes after it.
        outbound.gather(.end(mode, promise), bytes: 0)
        _ = outbound.send(delay: 0, now: context.eventLoop.now)
    }

    // MARK: From the other end

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        inbound.gather(.bytes(buffer, nil), bytes: buffer.readableBytes)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if inbound.gathered == 0 { context.fireChannelReadComplete() } else { send(context, inbound) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        guard !inbound.isLost else { return }
        if link.losesEnd(inbound.direction) {
            // This end goes on as if the other were there, and what it sends reaches nobody.
            inbound.isLost = true
            outbound.isLost = true
            return
        }
        inbound.gather(.end(.input, nil), bytes: 0)
        if let wait = inbound.send(delay: link.latency.min, now: context.eventLoop.now) { schedule(context, inbound, wait) }
    }

    // MARK: Deliveries

    private func send(_ context: ChannelHandlerContext, _ lane: LinkLane) {
        // To the writer, what a dead link swallows is sent.
        if lane.isLost { return lane.dropGathered(Self.pretend) }
        var content = StableHash()
        lane.forEachGathered { $0.withUnsafeReadableBytes { content.combine(bytes: $0) } }
        let decision = link.decide(lane.direction, bytes: lane.gatheredBytes, content: content.value)
        switch decision.verdict {
        case .drop:
            lane.isLost = true
            lane.dropGathered(Self.pretend)
        case .reset:
            lane.dropGathered { $0.fail(TransportError.reset) }
            context.fireErrorCaught(TransportError.reset)
            context.channel.resetPeer()
        case .rechunk(let size, let gap):
            var delay = decision.delay
            for piece in lane.takePieces(of: size, atMost: Verdict.piecesMax, on: context.eventLoop) {
                lane.gather(piece, bytes: piece.size)
                if let wait = lane.send(delay: delay, now: context.eventLoop.now) { schedule(context, lane, wait) }
                delay += gap.nanosecondsClamped
            }
        default:
            if decision.delay == 0, lane.isEmpty { return perform(context, lane, lane.takeGathered()) }
            if let wait = lane.send(delay: decision.delay, now: context.eventLoop.now) {
                schedule(context, lane, wait)
            }
        }
    }

    private static func pretend(_ item: LaneItem) {
        if case .bytes(_, let promise) = item { promise?.succeed(()) }
    }

    private func schedule(_ context: ChannelHandlerContext, _ lane: LinkLane, _ wait: TimeAmount) {
        if let strand {
            _ = strand.append(.poke(lane, 0), after: wait.nanoseconds)
            return
        }
        do {
            _ = try context.eventLoop.assumeIsolated().scheduleCallback(in: max(wait, .zero), handler: lane)
        } catch {
            // The loop is being shut down: nothing arrives any more.
            context.close(mode: .all, promise: nil)
        }
    }

    /// Performs what has arrived, and sets the timer for what has not.
    func arrive(_ lane: LinkLane) {
        guard let context else { return }
        let now = context.eventLoop.now
        while let count = lane.takeArrived(now) {
            perform(context, lane, count)
            guard self.context != nil else { return }
        }
        if let wait = lane.wait(now) { schedule(context, lane, wait) }
    }

    private func perform(_ context: ChannelHandlerContext, _ lane: LinkLane, _ count: Int) {
        for _ in 0..<count {
            guard self.context != nil else { return }
            switch (lane.takeItem(), lane === outbound) {
            case (nil, _): return
            case (.bytes(let buffer, let promise), true): context.write(wrapOutboundOut(buffer), promise: promise)
            case (.end(let mode, let promise), true): return context.close(mode: mode, promise: promise)
            case (.bytes(let buffer, _), false): context.fireChannelRead(wrapInboundOut(buffer))
            case (.end, false):
                context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
                // The caller's protocols do not speak on after their peer has ended; a callee still answers.
                if end == .caller { context.close(mode: .all, promise: nil) }
                return
            }
        }
        if lane === outbound { context.flush() } else { context.fireChannelReadComplete() }
    }
}
