// WebSocket messages under faults: the handler at a service's end that has them come late, twice, out of order or never.

public import Faults
import Kernel
public import NIOCore
public import NIOWebSocket
public import Wire

/// Carries the verdicts on the messages of one WebSocket out, at the service's end of it, between frames and messages.
///
/// Only whole messages are judged; pings and pongs, and the pieces of a message in several frames, go with the stream.
/// What is late holds back what follows it, a close frame too. What is held back for others to overtake comes before the end.
public final class MessageHandler: ChannelDuplexHandler {
    public typealias InboundIn = WebSocketFrame
    public typealias InboundOut = WebSocketFrame
    public typealias OutboundIn = WebSocketFrame
    public typealias OutboundOut = WebSocketFrame

    private enum Item {
        case frame(WebSocketFrame, EventLoopPromise<Void>?)
        case end(EventLoopPromise<Void>?)

        /// Whether nothing follows it.
        var isLast: Bool {
            switch self {
            case .frame(let frame, _): frame.opcode == .connectionClose
            case .end: true
            }
        }
    }

    /// One direction: what waits, each with its time.
    private final class Lane {
        let direction: LinkDirection
        var waiting: [(due: NIODeadline, item: Item)] = []
        /// What lets others overtake it: how many more, and its number.
        var aside: [(item: Item, left: Int, number: Int)] = []
        var asideCount = 0

        init(_ direction: LinkDirection) { self.direction = direction }
    }

    private let link: LinkName
    private let judge: @Sendable (FaultPlace, () -> FaultContent?) -> Verdict
    private let outbound = Lane(.back)
    private let inbound = Lane(.forth)
    private var context: ChannelHandlerContext?
    /// Whether a fault has closed the WebSocket: nothing goes to the client any more, and only its close comes.
    private var isClosed = false

    /// A handler of the messages on a link. `judge` is given a place, and a way to what the message says.
    public init(_ link: LinkName, judge: @escaping @Sendable (FaultPlace, () -> FaultContent?) -> Verdict) {
        self.link = link
        self.judge = judge
    }

    public func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    public func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        for lane in [outbound, inbound] {
            for item in lane.waiting.map(\.item) + lane.aside.map(\.item) {
                switch item {
                case .frame(_, let promise), .end(let promise): promise?.fail(ChannelError.ioOnClosedChannel)
                }
            }
            (lane.waiting, lane.aside) = ([], [])
        }
    }

    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        pass(.frame(unwrapOutboundIn(data), promise), outbound, context)
    }

    public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output, !outbound.waiting.isEmpty || !outbound.aside.isEmpty, !isClosed else {
            return context.close(mode: mode, promise: promise)
        }
        pass(.end(promise), outbound, context)
    }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pass(.frame(unwrapInboundIn(data), nil), inbound, context)
    }

    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event, !inbound.waiting.isEmpty || !inbound.aside.isEmpty else {
            return context.fireUserInboundEventTriggered(event)
        }
        pass(.end(nil), inbound, context)
    }

    private func pass(_ item: Item, _ lane: Lane, _ context: ChannelHandlerContext) {
        guard case .frame(let frame, let promise) = item, frame.fin, frame.opcode == .text || frame.opcode == .binary else {
            if item.isLast { bringBack(lane, context) { _ in true } }
            return put(item, delay: .zero, lane, context)
        }
        if isClosed { return promise?.succeed(()) ?? () }
        let content = { frame.opcode == .text ? FaultContent(message: String(buffer: frame.unmaskedData)) : nil }
        switch judge(.link(.message, link, lane.direction), content) {
        case .delay(let delay): put(item, delay: delay, lane, context)
        case .duplicate(let after):
            put(item, delay: .zero, lane, context)
            if after == .zero {
                put(.frame(frame, nil), delay: .zero, lane, context)
            } else {
                repeatLater(frame, after, lane, context)
            }
        case .lose: promise?.succeed(())
        case .hold(let behind, let atMost): return setAside(item, behind, atMost, lane, context)
        case .close(let code):
            promise?.succeed(())
            return end(code, context)
        default: put(item, delay: .zero, lane, context)
        }
        for index in lane.aside.indices { lane.aside[index].left -= 1 }
        bringBack(lane, context) { $0.left <= 0 }
    }

    private func repeatLater(_ frame: WebSocketFrame, _ after: Duration, _ lane: Lane, _ context: ChannelHandlerContext) {
        schedule(after, context) {
            $0.put(.frame(frame, nil), delay: .zero, lane, $1)
            if lane === $0.outbound { $1.flush() }
        }
    }

    private func setAside(
        _ item: Item, _ behind: Int, _ atMost: Duration, _ lane: Lane, _ context: ChannelHandlerContext
    ) {
        lane.asideCount += 1
        let number = lane.asideCount
        lane.aside.append((item, behind, number))
        schedule(atMost, context) {
            $0.bringBack(lane, $1) { $0.number == number }
            if lane === $0.outbound { $1.flush() }
        }
    }

    /// Has those of the messages come that were set aside and are meant, in order.
    private func bringBack(
        _ lane: Lane, _ context: ChannelHandlerContext, where isMeant: ((item: Item, left: Int, number: Int)) -> Bool
    ) {
        guard !lane.aside.isEmpty else { return }
        let due = lane.aside.filter(isMeant)
        lane.aside.removeAll(where: isMeant)
        for (item, _, _) in due { put(item, delay: .zero, lane, context) }
    }

    /// Ends the WebSocket for both: with a close frame to the client, whose answer the service gets, or without any.
    private func end(_ code: Int, _ context: ChannelHandlerContext) {
        guard !isClosed else { return }
        isClosed = true
        guard code != 1006 else { return context.close(promise: nil) }
        var data = ByteBuffer()
        data.writeInteger(UInt16(code))
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
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
        if isClosed, case .frame(let frame, let promise) = item, lane === outbound || frame.opcode != .connectionClose {
            promise?.succeed(())
            return
        }
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
