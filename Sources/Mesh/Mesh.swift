// The service mesh of a world: names, links and calls, over any transport.

public import Faults
public import Kernel
public import NIOCore
import Synchronization
public import Wire

/// The mesh through which every part of a world reaches every other.
///
/// The same object serves a simulated network and loopback sockets: only the transport differs. Safe from any task.
public final class Mesh: Sendable {
    /// Who is called what.
    public let directory = ServiceDirectory()
    /// What carries the bytes.
    public let transport: any Transport
    /// The faults, and the decisions taken so far.
    public let injector: FaultInjector
    /// What callers do about calls that fail.
    public let resilience: ResiliencePlan
    private let profile: LinkProfile
    private let chance: Chance
    private let trace: Trace
    /// How long a call may go without a byte from its peer.
    let stallLimit: Duration
    /// Who is at the other end of the connections that services accept; nil where no fault asks.
    let peers: PeerTable?
    /// Which services a fault has stopped.
    private let pauses = ServicePauses()
    private let links = Mutex<[LinkName: Link]>([:])
    private let ways = Mutex<[LinkName: CallWay]>([:])
    private let routes = Mutex<[LinkName: CallRoute]>([:])

    /// A mesh over a transport. `profile` is the natural behaviour of its links, `injector` their faults; a call fails
    /// when nothing has come for `stallLimit`.
    public init(
        over transport: any Transport, profile: LinkProfile, injector: FaultInjector, chance: Chance, trace: Trace,
        resilience: ResiliencePlan = .none, stallLimit: Duration = .seconds(30)
    ) {
        self.transport = transport
        self.profile = profile
        self.injector = injector
        self.chance = chance
        self.trace = trace
        self.resilience = resilience
        self.stallLimit = stallLimit
        peers = injector.isIdle ? nil : PeerTable()
    }

    /// Listens for calls to a service and enters it into the directory, until the listener is closed.
    public func listen(
        _ service: String, at address: Address, _ accept: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> Listener {
        try await listen(.service(service), at: address, accept)
    }

    /// Listens for calls to one replica of a service and enters it into the directory. With `staysListed` it stays there
    /// when the listener is closed, as that of a replica that crashed.
    public func listen(
        _ replica: Endpoint, at address: Address, staysListed: Bool = false,
        _ accept: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> Listener {
        let listener = try await transport.listen(on: address) { [self] channel in
            guard let peers else { return accept(channel) }
            return channel.eventLoop.makeCompletedFuture {
                let closesAtEnd = try seeEnds(of: channel)
                let pipeline = channel.pipeline.syncOperations
                let arrival = ArrivalHandler(
                    peers, callee: replica, injector.watches(.ending) ? { [self] place in judge(place) } : nil,
                    closesAtEnd: closesAtEnd
                ) { [self] caller in
                    let isFaulty = injector.watches(.delivery) || injector.watches(.ending)
                    return isFaulty ? link(LinkName(from: caller, to: replica)) : nil
                }
                try pipeline.addHandler(arrival)
                // Behind it, so that ends are seen at once: a pause must not depend on who asks for them.
                if mayPause { try pipeline.addHandler(HoldHandler(pauses, of: replica)) }
            }.flatMap { accept(channel) }
        }
        directory.add(Replica(replica, at: listener.address))
        return Listener(address: listener.address) { [directory] in
            if !staysListed { directory.remove(replica) }
            try await listener.close()
        }
    }

    /// Opens a connection over the link between two parties; `prepare` sets the pipeline up above the link.
    public func connect(
        from caller: Endpoint, to service: String, _ prepare: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel {
        try await connect(on: LinkName(from: caller, to: .service(service)), prepare)
    }

    func connect(
        on name: LinkName, _ prepare: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel {
        let address = try directory.address(of: name.callee)
        let link = self.link(name)
        let ordinal = link.openConnection()
        // The handshake's round trip, before anything can be sent.
        guard let handshake = link.handshake(ordinal), handshake <= stallLimit else {
            try await Task.sleep(for: stallLimit)
            throw TransportError.noAnswer(address)
        }
        if handshake > .zero { try await Task.sleep(for: handshake) }
        return try await transport.connect(to: address, as: "\(link.label)#\(ordinal)") { [self] channel in
            channel.setOption(.allowRemoteHalfClosure, value: true).flatMap {
                channel.eventLoop.makeCompletedFuture { [self] in
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(LinkHandler(link, ordinal: ordinal, end: .caller, peers: peers))
                    // A caller that is paused does not read what it is answered.
                    if mayPause, name.caller.role != "client" { try pipeline.addHandler(HoldHandler(pauses, of: name.caller)) }
                }
            }.flatMap { prepare(channel) }
        }
    }

    /// Who is at the other end of a connection that a service accepted, and has sent something: a party of the mesh, or
    /// ``Endpoint/outside``. Always that where no fault is planned: then nobody keeps account.
    public func caller(at channel: any Channel) -> Endpoint { peers?.caller(of: channel) ?? .outside }

    /// Where a fault may lose the end of a connection, has the channel tell of it before it closes. Returns whether it
    /// would else close at once: then whoever sees the end has to close it. At once, on the event loop: a job more here
    /// would make a run that repeats decisions unlike the one that took them.
    private func seeEnds(of channel: any Channel) throws -> Bool {
        guard injector.watches(.ending), let options = channel.syncOptions else { return false }
        guard try !options.getOption(.allowRemoteHalfClosure) else { return false }
        try options.setOption(.allowRemoteHalfClosure, value: true)
        return true
    }

    /// Whether services may be paused, so that their connections have to be able to wait.
    private var mayPause: Bool { [.arrival, .appointment, .start].contains(where: injector.watches) }

    /// Has a service do nothing on its connections until a time.
    public func pause(_ service: Endpoint, until end: Instant) { pauses.pause(service, until: end) }

    /// Waits, as a party does that may be paused meanwhile: then it waits until it goes on.
    func rest(_ time: Duration, as party: Endpoint) async throws {
        try await Task.sleep(for: time)
        while let left = pauses.left(of: party) { try await Task.sleep(for: left) }
    }

    /// Ends a service's pause.
    public func goOn(_ service: Endpoint) { pauses.goOn(service) }

    /// The verdict on what happens now at a place, with a line in the trace if it is not to pass. `content` is asked for
    /// what it says only where a fault has a condition on that.
    public func judge(_ place: FaultPlace, saying content: () -> FaultContent? = { nil }) -> Verdict {
        let verdict = injector.judge(place, saying: content)
        if verdict != .pass { trace.record(.fault, actor: place.actor, "\(verdict) of \(place.site.rawValue)") }
        return verdict
    }

    /// Closes the connections of one caller that wait for calls, and those in use once they are free, as a program does
    /// that ends. The caller may come again.
    public func hangUp(_ caller: Endpoint) {
        let own = ways.withLock { ways in
            let own = ways.filter { $0.key.caller == caller }.sorted { $0.value.label < $1.value.label }
            for (name, _) in own { ways[name] = nil }
            return own.map(\.value)
        }
        for way in own { way.pool.close() }
    }

    /// Closes all connections that wait for calls.
    public func shutDown() {
        let ways = self.ways.withLock { ways in ways.sorted { $0.value.label < $1.value.label }.map(\.value) }
        for way in ways { way.pool.close() }
    }

    func way(_ name: LinkName) -> CallWay {
        ways.withLock { ways in
            if let way = ways[name] { return way }
            let way = CallWay(name)
            ways[name] = way
            return way
        }
    }

    /// What a caller knows of a service.
    func route(_ caller: Endpoint, _ service: String) -> CallRoute {
        let name = LinkName(from: caller, to: .service(service))
        return routes.withLock { routes in
            if let route = routes[name] { return route }
            let route = CallRoute(caller, service, resilience.policy(of: name), chance: chance, trace: trace)
            routes[name] = route
            return route
        }
    }

    /// Where the keys come from that mask the frames which a party sends on its next WebSocket over a link.
    func maskKeys(_ name: LinkName) -> @Sendable () -> UInt32 {
        let source = ChanceSource(chance, actor: "\(name) WebSocket \(link(name).openWebSocket())")
        return { UInt32(truncatingIfNeeded: source.draw("mask key").bits) }
    }

    private func link(_ name: LinkName) -> Link {
        links.withLock { links in
            if let link = links[name] { return link }
            let link = Link(name, profile: profile, injector: injector, chance: chance, trace: trace)
            links[name] = link
            return link
        }
    }
}
