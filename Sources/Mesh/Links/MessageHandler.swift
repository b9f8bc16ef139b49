// WebSocket messages under faults: the handler at a service's end that has them come late, or twice.

public import Faults
import Kernel
public import NIOCore
public import NIOWebSocket
public import Wire

/// Carries the verdicts on the messages of one WebSocket out, at the service's end of it, between frames and messages.
///
/// Only whole messages are judged; pings and pongs, and the pieces of a message in several frames, go with the stream.
/// What is late holds back what follows it, a close frame too.
public final class MessageHandler: ChannelDuplexHandler {
    public typealias InboundIn = WebSocketFrame
    public typealias InboundOut = WebSocketFrame
    public typealias OutboundIn = WebSocketFrame
    public typealias OutboundOut = WebSocketFrame

    private enum Item {
        case frame(WebSocketFrame, EventLoopPromise<Void>?)
        case end(EventLoopPromise<Void>?)
    }

    /// One direction: what waits, each with its time.
    private final class Lane {
        let direction: LinkDirection
        var waiting: [(due: NIODeadline, item: Item)] = []

        init(_ direction: LinkDirection) { self.direction = direction }
    }

    private let link: LinkName
    private let judge: @Sendable (FaultPlace) -> Verdict
    private let outbound = Lane(.back)
    private let inbound = Lane(.forth)
    private var context: ChannelHandlerContext?

    /// A handler of the messages on a link.
    public init(_ link: LinkName, judge: @escaping @Sendable (FaultPlace) -> Verdict) {
        self.link = link
        self.judge = judge
    }

    public func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    public func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        for (_, item) in outbound.waiting + inbound.waiting {
            switch item {
            case .frame(_, let promise), .end(let promise): promise?.fail(ChannelError.ioOnClosedChannel)
            }
        }
        outbound.waiting = []
        inbound.waiting = []
    }

    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        pass(.frame(unwrapOutboundIn(data), promise), outbound, context)
    }

    public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output, !outbound.waiting.isEmpty else { return context.close(mode: mode, promise: promise) }
        pass(.end(promise), outbound, context)
    }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pass(.frame(unwrapInboundIn(data), nil), inbound, context)
    }

    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event, !inbound.waiting.isEmpty else {
            return context.fireUserInboundEventTriggered(event)
        }
        pass(.end(nil), inbound, context)
    }

    private func pass(_ item: Item, _ lane: Lane, _ context: ChannelHandlerContext) {
        guard case .frame(let frame, _) = item, frame.fin, frame.opcode == .text || frame.opcode == .binary else {
            return put(item, delay: .zero, lane, context)
        }
        switch judge(.link(.message, link, lane.direction)) {
        case .delay(let delay): put(item, delay: delay, lane, context)
        case .duplicate(let after):
            put(item, delay: .zero, lane, context)
            if after == .zero { return put(.frame(frame, nil), delay: .zero, lane, context) }
            schedule(after, context) {
                $0.put(.frame(frame, nil), delay: .zero, lane, $1)
                if lane === $0.outbound { $1.flush() }
            }
        default: put(item, delay: .zero, lane, context)
        }
    }

    private func put(_ item: Item, delay: Duration, _ lane: Lane, _ context: ChannelHandlerContext) {
        // On time: whoever writes it flushes it.
        if delay == .zero, lane.waiting.isEmpty { return perform(item, lane, context) }
        let due = max(lane.waiting.last?.due ?? .uptimeNanoseconds(0), context.eventLoop.now + TimeAmount(delay))
        lane.waiting.append((due, item))
        if lane.waiting.count == 1 { schedule(delay, context) { $0.release(lane, $1) } }
    }

    private func release(_ lane: Lane, _ context: ChannelHandlerContext) {
        let now = context.eventLoop.now
        while let (due, item) = lane.waiting.first, self.context != nil {
            guard due <= now else {
                return schedule(.nanoseconds((due - now).nanoseconds), context) { $0.release(lane, $1) }
            }
            lane.waiting.removeFirst()
            perform(item, lane, context)
            if lane === outbound, self.context != nil { context.flush() }
        }
    }

    private func perform(_ item: Item, _ lane: Lane, _ context: ChannelHandlerContext) {
        switch item {
        case .frame(let frame, let promise) where lane === outbound:
            context.write(wrapOutboundOut(frame), promise: promise)
        case .frame(let frame, _): context.fireChannelRead(wrapInboundOut(frame))
        case .end(let promise) where lane === outbound: context.close(mode: .output, promise: promise)
        case .end: context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
    }

    private func schedule(
        _ delay: Duration, _ context: ChannelHandlerContext, _ body: @escaping (MessageHandler, ChannelHandlerContext) -> Void
    ) {
        let bound = NIOLoopBound((self, body), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: TimeAmount(delay)) {
            let (handler, body) = bound.value
            if let context = handler.context { body(handler, context) }
        }
    }
}
