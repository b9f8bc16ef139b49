// What one caller knows of one service: which replica is next, which are well, and whether to call at all.

import Faults
import HTTPTypes
import Kernel
import Synchronization
import Wire

/// The state of one caller towards one service, behind a lock; what it decides is carried out by the mesh.
final class CallRoute: Sendable {
    private struct State {
        var balancer: Balancer
        var breaker: CircuitBreaker?
        var budget: RetryBudget?
        var retries: UInt64 = 0
    }

    let caller: Endpoint
    let service: String
    let policy: ResiliencePolicy
    let label: String
    private let chance: Chance
    private let trace: Trace
    private let clock = WorldClock()
    private let state: Mutex<State>

    init(_ caller: Endpoint, _ service: String, _ policy: ResiliencePolicy, chance: Chance, trace: Trace) {
        self.caller = caller
        self.service = service
        self.policy = policy
        self.chance = chance
        self.trace = trace
        label = "\(caller)->\(service)"
        // Callers begin with different replicas, so that many with one call each do not all choose the same.
        let start = Int(chance.draw(site: "balancer start", actor: label, occurrence: 0).number(below: 1 << 20))
        state = Mutex(
            State(
                balancer: Balancer(policy.ejection, start: start), breaker: policy.breaker.map(CircuitBreaker.init),
                budget: policy.retries.map { RetryBudget($0.budget) }))
    }

    /// A call is made for the first time.
    func begin() {
        guard policy.retries != nil else { return }
        let now = clock.now
        state.withLock { $0.budget?.deposit(at: now) }
    }

    /// The replica for an attempt. Throws ``CallError/circuitOpen(service:request:)`` where no call is made now.
    func admit(_ call: Call, _ replicas: [Replica], tried: [Endpoint]) throws -> Endpoint {
        let now = clock.now
        return try state.withLock { state in
            guard state.breaker?.admit(at: now) ?? true else {
                throw CallError.circuitOpen(service: service, request: call.summary)
            }
            guard replicas.count > 1 else { return replicas[0].endpoint }
            return state.balancer.pick(from: replicas.map(\.endpoint), avoiding: tried, at: now)
        }
    }

    /// Takes note of an attempt's outcome.
    func note(_ outcome: AttemptOutcome, of replica: Endpoint) {
        let now = clock.now
        let (circuit, health) = state.withLock { state -> (CircuitBreaker.State?, Ejection.Change?) in
            switch outcome.health {
            case nil:
                state.breaker?.abandon()
                return (nil, nil)
            case true?: return (state.breaker?.succeed(), state.balancer.succeed(replica))
            case false?: return (state.breaker?.fail(at: now), state.balancer.fail(replica, at: now))
            }
        }
        switch circuit {
        case .open(let until)?: trace.record(.mesh, actor: label, "the circuit is open until \(until)")
        case .closed?: trace.record(.mesh, actor: label, "the circuit is closed")
        case .halfOpen?, nil: break
        }
        switch health {
        case .ejected(let until)?: trace.record(.mesh, actor: label, "\(replica) is ejected until \(until)")
        case .returned?: trace.record(.mesh, actor: label, "\(replica) is back")
        case nil: break
        }
    }

    /// How long to wait before a call is tried again after its `attempt`-th attempt; nil where it is not.
    func wait(after outcome: AttemptOutcome, of call: Call, attempt: Int) -> Duration? {
        guard let retries = policy.retries, attempt < retries.attempts, outcome.mayBeRepeated(call.isSafeToRepeat) else {
            return nil
        }
        if let least = outcome.retryAfter, least > retries.retryAfterMax { return nil }
        let now = clock.now
        let occurrence = state.withLock { state -> UInt64? in
            guard state.budget?.withdraw(at: now) ?? false else { return nil }
            state.retries += 1
            return state.retries
        }
        guard let occurrence else {
            trace.record(.mesh, actor: label, "no retry of \(call.summary): the budget is used up")
            return nil
        }
        let longest = retries.backoff * (1 << min(attempt - 1, 16))
        let backoff = chance.draw(site: "retry backoff", actor: label, occurrence: occurrence).duration(in: .zero...longest)
        let wait = max(backoff, outcome.retryAfter ?? .zero)
        trace.record(.mesh, actor: label, "retry \(attempt) of \(call.summary) in \(wait): \(outcome)")
        return wait
    }
}

/// What came of one attempt.
enum AttemptOutcome: CustomStringConvertible {
    /// An answer that says nothing against the service.
    case answered
    /// An answer by which the service, or what stands before it, declines.
    case declined(status: Int, retryAfter: Duration?)
    /// It certainly was not sent.
    case unsent(String)
    /// It was lost after it may have been sent.
    case lost(String)
    /// Its caller gave it up.
    case abandoned

    /// The outcome of an answer.
    init(_ head: HTTPResponse) {
        switch head.status.code {
        case 429, 502, 503, 504:
            let seconds = head.headerFields[.retryAfter].flatMap { Int($0) }
            self = .declined(status: head.status.code, retryAfter: seconds.map { .seconds(max(0, $0)) })
        default: self = .answered
        }
    }

    /// Whether it speaks for the service's health, or against it; nil where it does neither.
    var health: Bool? {
        switch self {
        case .answered: true
        case .declined(let status, _): status == 429
        case .unsent, .lost: false
        case .abandoned: nil
        }
    }

    var retryAfter: Duration? { if case .declined(_, let after) = self { after } else { nil } }

    /// Whether the call may be made again.
    func mayBeRepeated(_ isSafe: Bool) -> Bool {
        switch self {
        case .answered, .abandoned: false
        case .unsent: true
        case .declined, .lost: isSafe
        }
    }

    var description: String {
        switch self {
        case .answered: "answered"
        case .declined(let status, _): "status \(status)"
        case .unsent(let reason), .lost(let reason): reason
        case .abandoned: "given up"
        }
    }
}
