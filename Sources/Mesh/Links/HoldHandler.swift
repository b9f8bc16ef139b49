// The connections of a service that is paused: what comes waits to be read, what goes waits to be sent.

import Kernel
import NIOCore
import Wire

/// The last handler below the service's own, of a connection in a world whose services may be paused: one that the
/// service accepted, or one that it opened.
///
/// While the service is, bytes are taken and not handed on, as a system's socket does for a process that is stopped. They
/// go on in order when the pause is over. A close goes through at once: what ends a connection does not wait for it.
final class HoldHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Arrival { case bytes(ByteBuffer), complete, end }

    private let pauses: ServicePauses
    private let service: Endpoint
    private var arrivals: [Arrival] = []
    private var writes: [(ByteBuffer, EventLoopPromise<Void>?)] = []
    private var timer: Scheduled<Void>?

    init(_ pauses: ServicePauses, of service: Endpoint) {
        self.pauses = pauses
        self.service = service
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isHolding(context) { arrivals.append(.bytes(unwrapInboundIn(data))) } else { context.fireChannelRead(data) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if timer != nil { arrivals.append(.complete) } else { context.fireChannelReadComplete() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard timer != nil, case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        arrivals.append(.end)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if isHolding(context) {
            writes.append((unwrapOutboundIn(data), promise))
        } else {
            context.write(data, promise: promise)
        }
    }

    func flush(context: ChannelHandlerContext) { if timer == nil { context.flush() } }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        send(context)
        context.close(mode: mode, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        for (_, promise) in writes { promise?.fail(ChannelError.ioOnClosedChannel) }
        (arrivals, writes) = ([], [])
    }

    /// Whether what happens now has to wait; sets the timer for its end.
    private func isHolding(_ context: ChannelHandlerContext) -> Bool {
        if timer != nil { return true }
        guard let left = pauses.left(of: service) else { return false }
        wait(left, context)
        return true
    }

    private func wait(_ left: Duration, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: TimeAmount(left)) { bound.value.0.goOn(bound.value.1) }
    }

    private func goOn(_ context: ChannelHandlerContext) {
        guard timer != nil else { return }
        timer = nil
        if let left = pauses.left(of: service) { return wait(left, context) }
        send(context)
        let arrivals = self.arrivals
        self.arrivals = []
        for arrival in arrivals {
            switch arrival {
            case .bytes(let buffer): context.fireChannelRead(wrapInboundOut(buffer))
            case .complete: context.fireChannelReadComplete()
            case .end: context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            }
        }
    }

    private func send(_ context: ChannelHandlerContext) {
        guard !writes.isEmpty else { return }
        let writes = self.writes
        self.writes = []
        for (buffer, promise) in writes { context.write(wrapOutboundOut(buffer), promise: promise) }
        context.flush()
    }
}
