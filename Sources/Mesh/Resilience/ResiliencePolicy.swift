// What callers do about calls that fail: retries, time-outs, breakers, per link.

public import Faults
public import Wire

/// How a caller deals with calls that fail.
public struct ResiliencePolicy: Sendable, Hashable {
    /// When calls are tried again; never, if nil.
    public var retries: RetryPolicy?
    /// How long one attempt may take until the head of its response is there; as long as its connection is not silent
    /// for longer than the mesh's limit, if nil.
    public var timeout: Duration?
    /// When the caller stops calling; never, if nil.
    public var breaker: CircuitBreaker.Settings?
    /// When a replica of several is left out.
    public var ejection = Ejection.Settings()

    /// Nothing: whatever happens, the caller sees.
    public static let none = ResiliencePolicy(retries: nil, breaker: nil)
    /// What the services of a well-kept environment do for each other.
    public static let services = ResiliencePolicy(retries: RetryPolicy(), breaker: CircuitBreaker.Settings())

    /// A policy from its parts.
    public init(retries: RetryPolicy?, timeout: Duration? = nil, breaker: CircuitBreaker.Settings?) {
        self.retries = retries
        self.timeout = timeout
        self.breaker = breaker
    }

    /// Whether calls just go through.
    var isPlain: Bool { retries == nil && timeout == nil && breaker == nil }
}

/// When and how calls are tried again.
///
/// Tried again is what certainly was not sent; and, if doing it twice does no harm (``Call/isSafeToRepeat``), what was lost
/// or answered with 429, 502, 503 or 504.
public struct RetryPolicy: Sendable, Hashable {
    /// How often a call is tried at most.
    public var attempts = 3
    /// The longest wait before the second attempt; before each further one it is twice as long. The wait is a random part
    /// of that ("full jitter").
    public var backoff = Duration.milliseconds(100)
    /// The longest wait that `Retry-After` may ask for; a response that asks for more is handed to the caller.
    public var retryAfterMax = Duration.seconds(5)
    /// How much may be tried again altogether.
    public var budget = RetryBudget.Settings()

    /// The usual policy.
    public init() {}
}

/// The policies of all links.
public struct ResiliencePlan: Sendable {
    /// Policies for some links; the first that matches counts.
    public var links: [(pattern: LinkPattern, policy: ResiliencePolicy)] = []
    /// The policy between services.
    public var services = ResiliencePolicy.services
    /// The policy of clients: none, so that what goes wrong is seen.
    public var clients = ResiliencePolicy.none

    /// The usual plan.
    public init() {}

    /// Nobody does anything about calls that fail.
    public static var none: ResiliencePlan {
        var plan = ResiliencePlan()
        plan.services = .none
        return plan
    }

    /// The policy of a link.
    public func policy(of link: LinkName) -> ResiliencePolicy {
        links.first { $0.pattern.matches(link) }?.policy ?? (link.caller.role == "client" ? clients : services)
    }
}
