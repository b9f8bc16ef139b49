// The shell around WebSocketMachine: frames from and to the codec, time-outs on the channel's event loop.

import NIOCore
import NIOWebSocket

/// What a connection asks its handler to do.
enum WebSocketCommand: Sendable {
    case send(WebSocketMessage)
    case ping(EventLoopPromise<Void>)
    case close(WebSocketClosure)
}

/// The last handler of a WebSocket's pipeline.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = WebSocketCommand
    typealias OutboundOut = WebSocketFrame

    /// How long a peer may take to answer a close frame, and to close its half after that.
    private static let closeTimeout = TimeAmount.seconds(10)
    private static let hangUpTimeout = TimeAmount.seconds(2)

    private let connection: WebSocketConnection
    private let maskKey: (@Sendable () -> UInt32)?
    private var machine: WebSocketMachine
    private var pings: [(payload: ByteBuffer, answered: EventLoopPromise<Void>)] = []
    private var pingCount: UInt64 = 0
    private var timer: Scheduled<Void>?

    init(_ connection: WebSocketConnection, _ side: WebSocketConnection.Side, messageLimit: Int) {
        self.connection = connection
        switch side {
        case .client(let maskKey):
            self.maskKey = maskKey
            machine = WebSocketMachine(side: .client, messageLimit: messageLimit)
        case .server:
            maskKey = nil
            machine = WebSocketMachine(side: .server, messageLimit: messageLimit)
        }
    }

    func read(context: ChannelHandlerContext) {
        // While it is being closed nobody may be reading messages, and the peer's close frame must still be seen.
        if !machine.isOpen || connection.inbox.mayRead() { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        perform(machine.receive(unwrapInboundIn(data)), context)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .send(let message):
            defer { connection.wrote(message.size, isWritable: context.channel.isWritable) }
            guard machine.isOpen else { return fail(promise) }
            switch message {
            case .text(let text): write(.text, ByteBuffer(string: text), context, promise)
            case .binary(let bytes): write(.binary, bytes, context, promise)
            }
        case .ping(let answered):
            guard machine.isOpen else { return fail(promise) }
            pingCount += 1
            let payload = ByteBuffer(integer: pingCount)
            pings.append((payload, answered))
            write(.ping, payload, context, promise)
        case .close(let closure):
            let actions = machine.close(closure)
            perform(actions, context)
            promise?.succeed()
            if !actions.isEmpty { startTimer(Self.closeTimeout, context) { $0.machine.lose() } }
            // A read that was held back for want of room is needed now.
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        connection.wrote(0, isWritable: context.channel.isWritable)
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOWebSocketError.invalidFrameLength:
            perform(machine.fail(1009, "a message is larger than \(machine.messageLimit) bytes"), context)
        case is NIOWebSocketError: perform(machine.fail(1002, "a control frame is fragmented or too long"), context)
        default: perform(machine.lose(), context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        perform(machine.lose(), context)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            perform(machine.lose(), context)
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        perform(machine.lose(), context)
    }

    private func perform(_ actions: [WebSocketMachine.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .deliver(let message):
                // What comes after this end has closed is dropped where nobody makes room for it.
                if machine.isOpen || !connection.inbox.isFull { connection.inbox.push(message) }
            case .send(let frame):
                write(frame.opcode, frame.payload, context, nil)
                context.flush()
            case .pong(let payload): receivePong(payload)
            case .end(let closure): end(closure)
            case .hangUp:
                timer?.cancel()
                context.close(promise: nil)
            case .hangUpGently:
                // A full close now could reset the connection and destroy the close frame on its way.
                startTimer(Self.hangUpTimeout, context) { _ in [.hangUp] }
                let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
                context.close(mode: .output).whenFailure { _ in bound.value.close(promise: nil) }
            case .awaitHangUp: startTimer(Self.hangUpTimeout, context) { _ in [.hangUp] }
            }
        }
    }

    private func write(
        _ opcode: WebSocketOpcode, _ payload: ByteBuffer, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?
    ) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: maskKey.map { Self.key($0()) }, data: payload)
        context.write(wrapOutboundOut(frame), promise: promise)
    }

    private static func key(_ bits: UInt32) -> WebSocketMaskingKey {
        [
            UInt8(truncatingIfNeeded: bits >> 24), UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 8),
            UInt8(truncatingIfNeeded: bits),
        ]
    }

    private func fail(_ promise: EventLoopPromise<Void>?) {
        promise?.fail(WebSocketClosedError(closure: connection.closure))
    }

    /// A pong answers its ping and all before it (RFC 6455 section 5.5.3).
    private func receivePong(_ payload: ByteBuffer) {
        guard let index = pings.firstIndex(where: { $0.payload == payload }) else { return }
        for ping in pings[...index] { ping.answered.succeed() }
        pings.removeFirst(index + 1)
    }

    private func end(_ closure: WebSocketClosure) {
        connection.end(closure)
        let unanswered = pings
        pings = []
        for ping in unanswered { ping.answered.fail(WebSocketClosedError(closure: closure)) }
    }

    private func startTimer(
        _ amount: TimeAmount, _ context: ChannelHandlerContext,
        _ decide: @escaping @Sendable (WebSocketHandler) -> [WebSocketMachine.Action]
    ) {
        timer?.cancel()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: amount) {
            let (handler, context) = bound.value
            handler.perform(decide(handler), context)
        }
    }
}
