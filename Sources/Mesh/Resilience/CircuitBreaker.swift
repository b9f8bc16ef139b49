// When a caller stops calling a service for a while. Decisions only.

public import Kernel

/// A circuit breaker, as a value: closed, open, half open (Nygard, "Release It!", chapter "Stability Patterns").
public struct CircuitBreaker: Sendable, Hashable {
    /// When to open, and for how long.
    public struct Settings: Sendable, Hashable {
        /// How many calls must fail in a row.
        public var failures = 5
        /// How long it stays open.
        public var openFor = Duration.seconds(30)
        /// How many calls are let through half open; when all have succeeded it closes.
        public var probes = 3

        /// The usual settings: those of the product.
        public init() {}
    }

    /// What it is.
    public enum State: Sendable, Hashable {
        /// Calls go through; so many failed in a row.
        case closed(failures: Int)
        /// No call goes through until then.
        case open(until: Instant)
        /// Some calls go through: so many are under way, and so many have succeeded.
        case halfOpen(underWay: Int, succeeded: Int)
    }

    private let settings: Settings
    /// What it is now.
    public private(set) var state = State.closed(failures: 0)

    /// A closed breaker.
    public init(_ settings: Settings) { self.settings = settings }

    /// Whether a call may be made now, and whether it is on trial. A call that may is to be followed by
    /// ``succeed()``, ``fail(at:)`` or ``abandon()``.
    public mutating func admit(at now: Instant) -> Bool {
        if case .open(let until) = state {
            guard now >= until else { return false }
            state = .halfOpen(underWay: 0, succeeded: 0)
        }
        if case .halfOpen(let underWay, let succeeded) = state {
            guard underWay + succeeded < settings.probes else { return false }
            state = .halfOpen(underWay: underWay + 1, succeeded: succeeded)
        }
        return true
    }

    /// A call succeeded. Returns the new state if it is another kind of state.
    public mutating func succeed() -> State? {
        switch state {
        case .closed: state = .closed(failures: 0)
        case .open: break
        case .halfOpen(let underWay, let succeeded):
            guard succeeded + 1 >= settings.probes else {
                state = .halfOpen(underWay: max(0, underWay - 1), succeeded: succeeded + 1)
                return nil
            }
            state = .closed(failures: 0)
            return state
        }
        return nil
    }

    /// A call failed. Returns the new state if it is another kind of state.
    public mutating func fail(at now: Instant) -> State? {
        switch state {
        case .closed(let failures) where failures + 1 < settings.failures:
            state = .closed(failures: failures + 1)
            return nil
        case .open: return nil
        case .closed, .halfOpen:
            state = .open(until: now.advanced(by: settings.openFor))
            return state
        }
    }

    /// A call was given up, so that nobody knows.
    public mutating func abandon() {
        if case .halfOpen(let underWay, let succeeded) = state {
            state = .halfOpen(underWay: max(0, underWay - 1), succeeded: succeeded)
        }
    }
}
