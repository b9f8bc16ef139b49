// One replica of a service as a process: started, crashed, started again over the same stores, stopped.

import Faults
import HTTPTypes
import Kernel
import Mesh
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
    private let crashing = Mutex<(@Sendable (Duration) -> Void)?>(nil)

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
    }

    /// What a request does that is to crash the process.
    var onCrash: (@Sendable (Duration) -> Void)? {
        get { crashing.withLock { $0 } }
        set { crashing.withLock { $0 = newValue } }
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
        let service = foundation.make(name, as: endpoint, incarnation: incarnation, gate: gate)
        try await service.prepare()
        gate.open()
        let host = ServiceHost(service, log: foundation.log(name), faults: servingFaults)
        let listener = try await mesh.listen(endpoint, at: address, staysListed: true) { host.accept($0) }
        let running = Running(host: host, listener: listener, background: Task { try await service.run() }, gate: gate)
        state.withLock { state in
            state.running = running
            state.address = listener.address
        }
        return listener.address
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
        let sites: [FaultSite] = [.request, .token, .stream, .message, .arrival]
        guard sites.contains(where: injector.watches) else { return nil }
        return ServingFaults(
            fate: { [self] request in fate(of: request) },
            expiresToken: { [self] request in mesh.judge(.route(.token, request.name(mesh, endpoint))) == .expire },
            cut: { [self] request in
                guard case .cut(let count) = mesh.judge(.route(.stream, request.name(mesh, endpoint))) else { return nil }
                return count
            },
            messageHandlers: { [mesh, endpoint] channel in
                guard injector.watches(.message) else { return [] }
                let link = LinkName(from: mesh.caller(at: channel), to: endpoint)
                return [MessageHandler(link) { mesh.judge($0) }]
            })
    }

    private func fate(of request: ArrivedRequest) -> RequestFate {
        if case .crash(let down, _) = mesh.judge(.process(.arrival, endpoint)) {
            onCrash?(down)
            return .vanish
        }
        guard mesh.injector.watches(.request) else { return .serve }
        return switch mesh.judge(.route(.request, request.name(mesh, endpoint))) {
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
