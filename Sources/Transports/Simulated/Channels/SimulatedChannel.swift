// One end of a simulated connection: a NIO channel whose peer is another channel instead of a socket.

import Kernel
import NIOCore
import Wire

/// One end of a simulated stream connection.
///
/// Bytes written and flushed here are at once in the peer's receive buffer, in order; time is the link's matter.
/// It keeps to what NIO's socket channels do: reads on demand, autoRead, half-closure, writability, and a close with
/// `SO_LINGER` 0 that resets the peer. Confined to the simulation's thread.
final class SimulatedChannel: StrandTarget, Channel, @unchecked Sendable {  // because it stays on its simulation's thread
    /// Unread bytes at the peer above which this end is not writable, and below which it is again.
    private static let highWaterMark = 64 << 10
    private static let lowWaterMark = 32 << 10

    let loop: SimulatedEventLoop
    let allocator = ByteBufferAllocator()
    let closePromise: EventLoopPromise<Void>
    let ports: (local: Int, remote: Int)
    private var storedPipeline: ChannelPipeline?
    // Exclusivity needs no check at run time: one thread, and no access lasts over a call to foreign code.
    /// The other end; nil before the connection is made and after either end is gone.
    @exclusivity(unchecked) var peer: SimulatedChannel?
    @exclusivity(unchecked) var options = SimulatedOptions()

    @exclusivity(unchecked) private(set) var isActive = false
    @exclusivity(unchecked) private(set) var isWritable = true
    @exclusivity(unchecked) private var isOpen = true
    @exclusivity(unchecked) private var isInputClosed = false
    @exclusivity(unchecked) private var isOutputClosed = false

    @exclusivity(unchecked) private var pending = ShortQueue<(ByteBuffer, EventLoopPromise<Void>?)>()
    @exclusivity(unchecked) private var received = ShortQueue<ByteBuffer>()
    @exclusivity(unchecked) private var receivedBytes = 0
    @exclusivity(unchecked) fileprivate var ending: Ending?
    @exclusivity(unchecked) private var wantsRead = false
    @exclusivity(unchecked) private var isPoked = false

    /// How the peer ended its side.
    fileprivate enum Ending { case finished, reset }

    init(loop: SimulatedEventLoop, localPort: Int, remotePort: Int) {
        self.loop = loop
        ports = (localPort, remotePort)
        closePromise = loop.makePromise()
        super.init()
        storedPipeline = ChannelPipeline(channel: self)
    }

    deinit {
        // A channel that its simulation's end overtook: nobody runs its callbacks any more.
        if isOpen, Simulation.current === loop.simulation { closePromise.succeed(()) }
    }

    var eventLoop: any EventLoop { loop }
    var closeFuture: EventLoopFuture<Void> { closePromise.futureResult }
    var pipeline: ChannelPipeline { storedPipeline! }
    var localAddress: SocketAddress? { try? SocketAddress(ipAddress: "127.0.0.1", port: ports.local) }
    var remoteAddress: SocketAddress? { try? SocketAddress(ipAddress: "127.0.0.1", port: ports.remote) }
    var parent: (any Channel)? { nil }
    var _channelCore: any ChannelCore { self }

    // MARK: Life

    /// Makes the channel active, which starts its reading. On the loop.
    func activate() {
        guard isOpen else { return }
        isActive = true
        pipeline.syncOperations.fireChannelActive()
        if options.autoRead { pipeline.syncOperations.read() }
    }

    // MARK: Receiving

    /// Takes bytes from the peer.
    fileprivate func receive(_ buffer: ByteBuffer) {
        guard isOpen, !isInputClosed else { return }
        received.append(buffer)
        receivedBytes += buffer.readableBytes
        pokeIfUseful()
    }

    /// Learns that the peer sends no more.
    fileprivate func end(_ ending: Ending) {
        guard isOpen, self.ending == nil || ending == .reset else { return }
        self.ending = ending
        pokeIfUseful()
    }

    private func pokeIfUseful() {
        guard !isPoked, isOpen, ending == .reset || (wantsRead && isActive && (!received.isEmpty || ending != nil)) else {
            return
        }
        isPoked = true
        loop.append(.poke(self, 0))
    }

    /// Hands what was received to the pipeline. On the loop.
    override func poked(_ reason: UInt64) {
        isPoked = false
        guard isOpen else { return }
        if ending == .reset { return fail(TransportError.reset) }
        guard isActive, wantsRead, !isInputClosed else { return }
        if !received.isEmpty {
            wantsRead = false
            deliver()
        }
        if received.isEmpty, ending == .finished, isOpen, !isInputClosed { finishInput() }
    }

    private func deliver() {
        let operations = pipeline.syncOperations
        for _ in 0..<received.count {
            guard isOpen, let buffer = received.popFirst() else { break }
            receivedBytes -= buffer.readableBytes
            operations.fireChannelRead(NIOAny(buffer))
        }
        guard isOpen else { return }
        operations.fireChannelReadComplete()
        peer?.noteRoom(receivedBytes)
        if isOpen, options.autoRead, !wantsRead { operations.read() }
    }

    private func finishInput() {
        isInputClosed = true
        if options.allowRemoteHalfClosure {
            pipeline.syncOperations.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            if isOutputClosed { close0(error: ChannelError.eof, mode: .all, promise: nil) }
        } else {
            close0(error: ChannelError.eof, mode: .all, promise: nil)
        }
    }

    private func fail(_ error: any Error) {
        pipeline.syncOperations.fireErrorCaught(error)
        if isOpen { close0(error: error, mode: .all, promise: nil) }
    }

    // MARK: Writability

    /// Learns how many bytes the peer has not read, after it read some.
    private func noteRoom(_ unread: Int) {
        guard isOpen, !isWritable, unread <= Self.lowWaterMark else { return }
        loop.append(.call { [self] in setWritable(true) })
    }

    private func setWritable(_ value: Bool) {
        guard isOpen, isWritable != value else { return }
        isWritable = value
        pipeline.syncOperations.fireChannelWritabilityChanged()
    }
}

extension SimulatedChannel: ChannelCore {
    func localAddress0() throws -> SocketAddress { try SocketAddress(ipAddress: "127.0.0.1", port: ports.local) }
    func remoteAddress0() throws -> SocketAddress { try SocketAddress(ipAddress: "127.0.0.1", port: ports.remote) }

    func register0(promise: EventLoopPromise<Void>?) {
        promise?.succeed(())
        pipeline.syncOperations.fireChannelRegistered()
    }

    func bind0(to: SocketAddress, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }

    func connect0(to: SocketAddress, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }

    func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isOpen, !isOutputClosed else {
            promise?.fail(isOpen ? ChannelError.outputClosed : ChannelError.ioOnClosedChannel)
            return
        }
        guard case .byteBuffer(let buffer) = unwrapData(data, as: IOData.self) else {
            promise?.fail(ChannelError.operationUnsupported)
            return
        }
        pending.append((buffer, promise))
    }

    func flush0() {
        guard isOpen, !isOutputClosed else { return }
        while let (buffer, promise) = pending.popFirst() {
            if buffer.readableBytes > 0 { peer?.receive(buffer) }
            promise?.succeed(())
        }
        if let peer, peer.receivedBytes > Self.highWaterMark, isWritable { setWritable(false) }
    }

    func read0() {
        guard isOpen, !isInputClosed else { return }
        wantsRead = true
        pokeIfUseful()
    }

    func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard isOpen else {
            promise?.fail(ChannelError.alreadyClosed)
            return
        }
        switch mode {
        case .all: closeAll(error: error, promise: promise)
        case .output: closeOutput(error: error, promise: promise)
        case .input: closeInput(promise: promise)
        }
    }

    private func closeAll(error: any Error, promise: EventLoopPromise<Void>?) {
        let wasActive = isActive
        isOpen = false
        isActive = false
        failPending(error)
        received.removeAll()
        if !isOutputClosed || options.resetsOnClose { peer?.end(options.resetsOnClose ? .reset : .finished) }
        // What the peer sends from now on has no reader, as with a socket that is gone.
        peer?.peer = nil
        peer = nil
        promise?.succeed(())
        if wasActive { pipeline.syncOperations.fireChannelInactive() }
        pipeline.syncOperations.fireChannelUnregistered()
        // Later, because the caller may still be on its way through the pipeline.
        loop.append(
            .call { [self] in
                removeHandlers(pipeline: pipeline)
                closePromise.succeed(())
            })
    }

    private func closeOutput(error: any Error, promise: EventLoopPromise<Void>?) {
        guard !isOutputClosed else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        isOutputClosed = true
        failPending(error)
        peer?.end(.finished)
        promise?.succeed(())
        pipeline.syncOperations.fireUserInboundEventTriggered(ChannelEvent.outputClosed)
        if isInputClosed { close0(error: error, mode: .all, promise: nil) }
    }

    private func closeInput(promise: EventLoopPromise<Void>?) {
        guard !isInputClosed else {
            promise?.fail(ChannelError.inputClosed)
            return
        }
        isInputClosed = true
        received.removeAll()
        receivedBytes = 0
        promise?.succeed(())
        pipeline.syncOperations.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        if isOutputClosed { close0(error: ChannelError.inputClosed, mode: .all, promise: nil) }
    }

    private func failPending(_ error: any Error) {
        while let (_, promise) = pending.popFirst() { promise?.fail(error) }
    }

    func triggerUserOutboundEvent0(_ event: Any, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }

    func channelRead0(_ data: NIOAny) {}

    func errorCaught0(error: any Error) {}
}
