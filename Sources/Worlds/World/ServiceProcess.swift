// One replica of a service as a process: started, crashed, started again over the same stores, stopped.

import AuthService
import Faults
import HTTPTypes
import Kernel
import Mesh
import NIOCore
import ServiceKit
import Synchronization
import Wire

/// One replica of a service, through all its incarnations.
final class ServiceProcess: Sendable {
    let name: ServiceName
    let endpoint: Endpoint
    private let foundation: ServiceFoundation
    private let mesh: Mesh
    private let trace: Trace
    private let state = Mutex(State())
    private let happening = Mutex<(@Sendable (Verdict) -> Void)?>(nil)
    /// By how much its clock is wrong; nil where no fault can make it so.
    private let clockOffset: ClockOffset?

    /// All that runs for one incarnation.
    private struct Running: Sendable {
        let host: ServiceHost
        let listener: Listener
        let background: Task<Void, any Error>
        let gate: ProcessGate
    }

    private struct State {
        var running: Running?
        var address: Address?
        var incarnations = 0
        var rotations = 0
        var isChanging = false
        var remains: [Task<Void, any Error>] = []
        var hungTasks: [String] = []
    }

    init(_ name: ServiceName, _ endpoint: Endpoint, _ foundation: ServiceFoundation, mesh: Mesh, trace: Trace) {
        self.name = name
        self.endpoint = endpoint
        self.foundation = foundation
        self.mesh = mesh
        self.trace = trace
        let injector = mesh.injector
        clockOffset = injector.watches(.arrival) || injector.watches(.appointment) ? ClockOffset() : nil
    }

    /// What a request does that is to change the process: crash it, pause it and the like.
    var onHappening: (@Sendable (Verdict) -> Void)? {
        get { happening.withLock { $0 } }
        set { happening.withLock { $0 = newValue } }
    }

    /// Connections that are open now.
    var connectionCount: Int { state.withLock { $0.running }?.host.connectionCount ?? 0 }

    /// Tasks of dead incarnations that did not end when they were cancelled, a line each.
    var hungTasks: [String] { state.withLock { $0.hungTasks } }

    /// Starts an incarnation. Returns where it listens. Throws what the service's preparation throws.
    @discardableResult
    func start(at address: Address) async throws -> Address {
        let incarnation = state.withLock { state in
            state.incarnations += 1
            return state.incarnations
        }
        let gate = ProcessGate()
        let service = foundation.make(
            name, as: endpoint, incarnation: incarnation, gate: gate, clock: WorldClock(offset: clockOffset, pause: gate.pause))
        try await service.prepare()
        // A key outlives the process that made it: the same one is drawn again.
        for _ in 0..<state.withLock({ $0.rotations }) { try await (service as? FakeAuth)?.rotateKey() }
        gate.open()
        let host = ServiceHost(service, log: foundation.log(name), faults: servingFaults)
        let listener = try await mesh.listen(endpoint, at: address, staysListed: true) { host.accept($0) }
        let background = Task { [endpoint] in
            Simulation.nameTask(endpoint.description)
            try await service.run()
        }
        let running = Running(host: host, listener: listener, background: background, gate: gate)
        state.withLock { state in
            state.running = running
            state.address = listener.address
        }
        if mesh.injector.watches(.start), case .pause(let time, nil) = mesh.judge(.process(.start, endpoint)) {
            pause(for: time)
        }
        return listener.address
    }

    /// Has the incarnation do nothing for a time: neither on its connections nor towards stores and other services, and
    /// none of its timers goes off.
    func pause(for time: Duration) {
        guard let gate = state.withLock({ $0.running })?.gate else { return }
        let end = WorldClock().now.advanced(by: time)
        gate.pause.pause(until: end)
        mesh.pause(endpoint, until: end)
        trace.record(.service, actor: endpoint.description, "paused for \(time)")
    }

    /// Has the service sign with another key, if it has any. Throws `AuthConfigurationError` where that cannot be.
    func rotateKeys() async throws {
        guard let auth = state.withLock({ $0.running })?.host.service as? FakeAuth else { return }
        try await auth.rotateKey()
        state.withLock { $0.rotations += 1 }
        trace.record(.service, actor: endpoint.description, "signs with another key")
    }

    /// Sets the clock of the service forward, or back.
    func setClock(by change: Duration) {
        clockOffset?.change(by: change)
        trace.record(.service, actor: endpoint.description, "its clock was set by \(change)")
    }

    /// Sets the clock of the service right.
    func correctClock() {
        if clockOffset?.correct() == true { trace.record(.service, actor: endpoint.description, "its clock was set right") }
    }

    /// Ends the incarnation as a crash does. Returns whether there was one.
    func crash() async -> Bool {
        let running = state.withLock { state in
            defer { state.running = nil }
            if let running = state.running { state.remains.append(running.background) }
            return state.running
        }
        guard let running else { return false }
        trace.record(.service, actor: endpoint.description, "crashed")
        running.gate.close()
        mesh.goOn(endpoint)
        try? await running.listener.close()
        running.background.cancel()
        let hung = await running.host.crash()
        if hung > 0 {
            let line = "\(endpoint) crashed, and tasks of \(hung) connections did not end within 1 s of their cancellation"
            trace.record(.service, actor: endpoint.description, line)
            state.withLock { $0.hungTasks.append(line) }
        }
        return true
    }

    /// Starts another incarnation, where none runs, at the same address.
    func restart() async throws {
        let address = state.withLock { state -> Address? in
            guard state.running == nil, !state.isChanging else { return nil }
            state.isChanging = true
            return state.address
        }
        guard let address else { return }
        defer { state.withLock { $0.isChanging = false } }
        try await start(at: address)
        trace.record(.service, actor: endpoint.description, "restarted")
    }

    /// Stops it: it finishes what it does, for at most `grace`.
    func stop(grace: Duration) async {
        let (running, remains) = state.withLock { state in
            defer {
                state.running = nil
                state.remains = []
            }
            return (state.running, state.remains)
        }
        if let running {
            try? await running.listener.close()
            running.background.cancel()
            await running.host.shutDown(grace: grace)
            _ = await running.background.result
        }
        for task in remains { _ = await task.result }
    }

    /// What the world's faults do to requests; nil where none of them can.
    private var servingFaults: ServingFaults? {
        let injector = mesh.injector
        let sites: [FaultSite] = [.request, .token, .stream, .response, .toolCall, .message, .arrival]
        guard sites.contains(where: injector.watches) else { return nil }
        var breaksToolCall: (@Sendable (ArrivedRequest) -> Bool)?
        if injector.watches(.toolCall) {
            breaksToolCall = { [self] request in judge(.toolCall, request) == Verdict.breakArguments }
        }
        return ServingFaults(
            fate: { [self] request in fate(of: request) },
            token: { [self] request in fate(ofTokenOf: request) },
            response: { [self] request, isStream in fate(ofResponseTo: request, isStream) },
            breaksToolCall: breaksToolCall,
            messageHandlers: { [self] channel in messageHandlers(of: channel) })
    }

    private func messageHandlers(of channel: any Channel) -> [any ChannelHandler] {
        guard mesh.injector.watches(.message) else { return [] }
        let link = LinkName(from: mesh.caller(at: channel), to: endpoint)
        return [MessageHandler(link) { [mesh] place, content in mesh.judge(place, saying: content) }]
    }

    private func fate(ofTokenOf request: ArrivedRequest) -> TokenFate {
        switch judge(.token, request) {
        case .expire: .expired
        case .forge: .forged
        default: .kept
        }
    }

    /// The verdict on something about a request.
    private func judge(_ site: FaultSite, _ request: ArrivedRequest) -> Verdict {
        mesh.judge(.route(site, request.name(mesh, endpoint)), saying: { FaultContent(text: String(buffer: request.body)) })
    }

    private func fate(ofResponseTo request: ArrivedRequest, _ isStream: Bool) -> ResponseFate {
        if isStream {
            switch judge(.stream, request) {
            case .cut(let count): return .cut(after: count)
            case .stall(let count, let time): return .stall(after: count, time: time)
            default: break
            }
        }
        guard mesh.injector.watches(.response), case .truncate(let count) = judge(.response, request) else { return .whole }
        return .truncate(after: count)
    }

    private func fate(of request: ArrivedRequest) -> RequestFate {
        let verdict = mesh.judge(.process(.arrival, endpoint))
        if verdict != .pass { onHappening?(verdict) }
        if case .crash = verdict { return .vanish }
        guard mesh.injector.watches(.request) else { return .serve }
        return switch judge(.request, request) {
        case .answer(let status, let retryAfter, let served): .answer(status: status, retryAfter: retryAfter, served: served)
        default: .serve
        }
    }
}

extension ArrivedRequest {
    /// How fault plans name the request.
    fileprivate func name(_ mesh: Mesh, _ callee: Endpoint) -> RequestName {
        RequestName(
            link: LinkName(from: mesh.caller(at: channel), to: callee), method: method.rawValue, route: route, path: path)
    }
}
