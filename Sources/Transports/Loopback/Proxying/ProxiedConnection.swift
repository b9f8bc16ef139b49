// One connection through a proxy: two sockets, and a chain of toxics in each direction between them.

import NIOCore
import NIOPosix
import Wire

/// What a connection needs of its proxy.
struct ProxySettings {
    let name: String
    let upstream: ProxyPlace?
    let draw: ToxicDraw
    /// The toxics at this moment.
    let toxics: () -> [Toxic]
    let count: (_ stream: ProxyStream, _ isReceived: Bool, _ bytes: Int) -> Void
    let closed: (_ number: UInt64) -> Void
}

/// A client's connection to a proxy, and the connection to the server behind it.
final class ProxiedConnection: @unchecked Sendable {  // because all of it is touched on its event loop alone
    /// A direction: its chain, and the state of its ends.
    private struct Lane {
        var chain: ToxicChain
        var timer: Scheduled<Void>?
        var lastWrite: EventLoopFuture<Void>
        var isProceeding = false
    }

    /// Counted from 1 for each proxy.
    let number: UInt64
    private let settings: ProxySettings
    private let client: any Channel
    private var server: (any Channel)?
    private var handlers: [ProxySide: ProxyHandler] = [:]
    private var lanes: [ProxyStream: Lane] = [:]
    private var lostSides: Set<ProxySide> = []
    /// What came before the server was reached: at the end of a stream a channel reads all there is, asked or not.
    private var early: [(side: ProxySide, bytes: ByteBuffer?)] = []
    private var isClosed = false

    init(_ number: UInt64, _ client: any Channel, _ settings: ProxySettings) {
        self.number = number
        self.client = client
        self.settings = settings
    }

    private var loop: any EventLoop { client.eventLoop }

    /// The handler of one of its channels.
    func handler(_ side: ProxySide) -> ProxyHandler {
        let handler = ProxyHandler(self, side)
        handlers[side] = handler
        return handler
    }

    /// Connects to the server; where that fails, the client is turned away.
    func dial() {
        guard let place = settings.upstream else { return client.close(promise: nil) }
        place.connect(on: loop) { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(self.handler(.server)) }
        }.whenComplete { result in
            switch result {
            case .success(let channel) where !self.isClosed && !self.lostSides.contains(.client): self.open(channel)
            case .success(let channel): channel.close(promise: nil)
            case .failure:
                self.handlers[.server] = nil
                self.client.close(promise: nil)
            }
        }
    }

    private func open(_ server: any Channel) {
        self.server = server
        let toxics = settings.toxics()
        let now = loop.now
        for stream in ProxyStream.allCases {
            let own = toxics.filter { $0.stream == stream }
            lanes[stream] = Lane(
                chain: ToxicChain(own, now: now, chance: chance), timer: nil, lastWrite: loop.makeSucceededVoidFuture())
        }
        for (side, bytes) in early {
            if let bytes {
                lanes[Self.stream(from: side)]?.chain.receive(bytes, now: now)
            } else {
                lanes[Self.stream(from: side)]?.chain.finish()
            }
        }
        early = []
        // Whoever was lost while the other side was sought has told nobody yet.
        if lostSides.contains(.server) { lost(.server) }
        for stream in ProxyStream.allCases { proceed(stream) }
    }

    private func chance(of toxic: Toxic) -> ToxicChance {
        ToxicChance(settings.draw, proxy: settings.name, toxic: toxic, connection: number)
    }

    private static func source(_ stream: ProxyStream) -> ProxySide { stream == .upstream ? .client : .server }
    private static func stream(from side: ProxySide) -> ProxyStream { side == .client ? .upstream : .downstream }
    private static func stream(to side: ProxySide) -> ProxyStream { side == .client ? .downstream : .upstream }
    private func channel(_ side: ProxySide) -> (any Channel)? { side == .client ? client : server }

    func wantsInput(from side: ProxySide) -> Bool { lanes[Self.stream(from: side)]?.chain.wantsInput ?? false }

    func receive(_ bytes: ByteBuffer, from side: ProxySide) {
        let stream = Self.stream(from: side)
        settings.count(stream, true, bytes.readableBytes)
        guard lanes[stream] != nil else { return early.append((side, bytes)) }
        lanes[stream]?.chain.receive(bytes, now: loop.now)
        proceed(stream)
    }

    func finish(from side: ProxySide) {
        guard lanes[Self.stream(from: side)] != nil else { return early.append((side, nil)) }
        lanes[Self.stream(from: side)]?.chain.finish()
        proceed(Self.stream(from: side))
    }

    func proceed(towards side: ProxySide) { proceed(Self.stream(to: side)) }

    /// One socket is closed. What came from it still goes to the other; what was for it goes nowhere.
    func lost(_ side: ProxySide) {
        lostSides.insert(side)
        handlers[side] = nil
        lanes[Self.stream(to: side)]?.timer?.cancel()
        lanes[Self.stream(to: side)]?.chain.abandon()
        if server == nil, side == .client { return settings.closed(number) }
        finish(from: side)
        // Its end may have been reached before, as the end of its half.
        if lanes[Self.stream(from: side)]?.chain.isDone ?? false, let other = channel(side == .client ? .server : .client) {
            closeAfterWrites(other, Self.stream(from: side))
        }
        if lostSides.count == 2 { settings.closed(number) }
    }

    /// Closes both sockets now.
    func close() {
        isClosed = true
        for lane in lanes.values { lane.timer?.cancel() }
        client.close(promise: nil)
        server?.close(promise: nil)
    }

    /// Complete when both sockets are closed.
    var whenClosed: EventLoopFuture<Void> {
        let futures = [client.closeFuture] + (server.map { [$0.closeFuture] } ?? [])
        return EventLoopFuture.andAllComplete(futures, on: loop)
    }

    // MARK: Toxics come and go

    func add(_ toxic: Toxic) {
        lanes[toxic.stream]?.chain.add(toxic, now: loop.now, chance: chance(of: toxic))
        proceed(toxic.stream)
    }

    func update(_ toxic: Toxic) {
        lanes[toxic.stream]?.chain.update(toxic, now: loop.now)
        proceed(toxic.stream)
    }

    func remove(_ toxic: Toxic) {
        lanes[toxic.stream]?.chain.remove(toxic)
        proceed(toxic.stream)
    }

    // MARK: Acting

    /// Does what a direction's chain says until it says nothing more.
    private func proceed(_ stream: ProxyStream) {
        // A write may change what is writable, and come back here.
        guard lanes[stream]?.isProceeding == false, let sink = channel(Self.source(stream) == .client ? .server : .client)
        else { return }
        lanes[stream]?.isProceeding = true
        var now = loop.now
        while let action = lanes[stream]?.chain.next(now: now, isWritable: sink.isWritable) {
            switch action {
            case .write(let bytes):
                settings.count(stream, false, bytes.readableBytes)
                let written = sink.writeAndFlush(bytes)
                lanes[stream]?.lastWrite = written
            case .end(let end): perform(end, stream, sink)
            }
            now = loop.now
        }
        lanes[stream]?.isProceeding = false
        setTimer(stream, after: now)
        if wantsInput(from: Self.source(stream)) { handlers[Self.source(stream)]?.resumeReading() }
    }

    /// Comes back when the chain, which was asked at `now`, has something to do next; that may be over already.
    private func setTimer(_ stream: ProxyStream, after now: NIODeadline) {
        lanes[stream]?.timer?.cancel()
        let deadline = lanes[stream]?.chain.nextDeadline(after: now)
        let timer = deadline.map { loop.scheduleTask(deadline: $0) { self.proceed(stream) } }
        lanes[stream]?.timer = timer
    }

    private func perform(_ end: ProxyEnd, _ stream: ProxyStream, _ sink: any Channel) {
        let opposite: ProxyStream = stream == .upstream ? .downstream : .upstream
        switch end {
        case .reset:
            // The other socket, which is closed when its own direction has ended, is reset as well.
            for channel in [client, server].compactMap({ $0 }) { channel.setReset() }
            sink.close(promise: nil)
        case .finished where lanes[opposite]?.chain.isDone == false:
            // The other direction may go on: only this half ends.
            lanes[stream]?.lastWrite.whenComplete { _ in sink.close(mode: .output, promise: nil) }
        case .finished:
            closeAfterWrites(sink, stream)
            if let source = channel(Self.source(stream)) { closeAfterWrites(source, opposite) }
        case .closed: closeAfterWrites(sink, stream)
        }
    }

    private func closeAfterWrites(_ channel: any Channel, _ stream: ProxyStream) {
        lanes[stream]?.lastWrite.whenComplete { _ in channel.close(promise: nil) }
    }
}
