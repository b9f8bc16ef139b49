// An auth service in a simulation that calls itself, as it does over the mesh; its stores may outlive it.

import AuthService
import Clients
import HTTPTypes
import Kernel
import Logging
import MemoryCache
import NIOCore
import SQLiteStore
import ServiceKit
import StoreKit
import Synchronization
import Testing
import Wire

/// Auth services over common stores, and callers to the first of them.
struct AuthRig: Sendable {
    let cache = MemoryKeyspace()
    let relational: SQLiteDatabase
    let configuration: AuthConfiguration
    let deviations: Set<Deviation>
    let seed: UInt64
    /// What the played provider answers instead of itself.
    let provider = ProviderFault()

    /// Runs `body` with a fresh service, in virtual time.
    static func run<Value: Sendable>(
        _ configuration: AuthConfiguration = .test, deviations: Set<Deviation> = [], seed: UInt64 = 1,
        _ body: @escaping @Sendable (AuthRig, AuthClient) async throws -> Value
    ) async throws -> Value {
        try await Simulation.start(.init(seed: seed)) { _ in
            let rig = AuthRig(
                relational: try SQLiteDatabase(), configuration: configuration, deviations: deviations, seed: seed)
            return try await body(rig, AuthClient(rig.replica().caller))
        }.value
    }

    /// Another auth service over the same stores: a replica, or the same one after a restart.
    func replica(_ changed: AuthConfiguration? = nil) async throws -> (service: FakeAuth, caller: Caller) {
        let itself = ItselfCaller(fault: provider)
        let context = context("auth", callers: { _ in itself.caller })
        let service = FakeAuth(context: context, configuration: changed ?? configuration)
        let caller = try await DirectCaller(service).caller
        itself.target.withLock { $0 = caller }
        return (service, caller)
    }

    /// The context of a service that calls others by `callers`.
    func context(_ name: String, callers: @escaping @Sendable (String) -> Caller) -> ServiceContext {
        ServiceContext(
            name: name, clock: WorldClock(), chance: ChanceSource(Chance(seed: seed), actor: name), relational: relational,
            cache: cache, log: Logger(label: name), trace: Trace(keepsEvents: false), serviceSecret: "secret-of-this-test",
            deviations: deviations, callers: callers)
    }
}

/// What happens to calls of the played provider, by path.
final class ProviderFault: Sendable {
    enum Kind { case status(HTTPResponse.Status), lost, body(String) }

    private let faults = Mutex<[String: Kind]>([:])

    func set(_ path: String, _ kind: Kind?) { faults.withLock { $0[path] = kind } }

    func answer(_ call: Call) throws -> StreamedReply? {
        let path = String((call.head.path ?? "").prefix { $0 != "?" })
        switch faults.withLock({ $0[path] }) {
        case nil: return nil
        case .status(let status): return StreamedReply(head: HTTPResponse(status: status), body: ReplyBody(ByteBuffer()))
        case .body(let text):
            return StreamedReply(head: HTTPResponse(status: .ok), body: ReplyBody(ByteBuffer(string: text)))
        case .lost: throw CallError.connectionLost(service: "auth", request: call.summary, reason: "cut by this test")
        }
    }
}

/// The way by which a service calls itself.
private final class ItselfCaller: Sendable {
    let target = Mutex<Caller?>(nil)
    let fault: ProviderFault

    init(fault: ProviderFault) { self.fault = fault }

    var caller: Caller {
        Caller(
            service: "auth",
            send: { [self] call in
                if let reply = try fault.answer(call) { return reply }
                guard let target = target.withLock({ $0 }) else { throw CallError.unknownService("auth", known: []) }
                return try await target.send(call)
            },
            open: { _, _ in throw CallError.unknownService("auth", known: []) })
    }
}

/// The status of an answer that is no success, 200 for one that is.
func status(_ body: () async throws -> some Any) async throws -> Int {
    do {
        _ = try await body()
        return 200
    } catch CallError.unexpectedStatus(_, _, let status, _) {
        return status
    }
}

extension Reply {
    /// The `detail` of an error.
    var detail: String? { try? JSONValue(json: body)["detail"]?.string }
    /// The body as JSON; null where it is none.
    var value: JSONValue { (try? JSONValue(json: body)) ?? .null }
    /// Where a redirect leads, with its query.
    var location: (place: String, query: FormFields) {
        let parts = (head.headerFields[.location] ?? "").split(separator: "?", maxSplits: 1)
        return (String(parts.first ?? ""), FormFields(parts.dropFirst().first ?? ""))
    }
}
