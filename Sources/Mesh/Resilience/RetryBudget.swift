// How many calls may be tried again, so that a service in trouble does not get more work for it. Decisions only.

public import Kernel

/// A retry budget, as a value: over the last ten seconds, retries may be a share of the calls, and a few more.
///
/// As in Finagle (`RetryBudget`: 10 s, 10 a second, 20 %) and Envoy (`retry_budget`), with whole per cent, so that no
/// rounding differs between machines.
public struct RetryBudget: Sendable, Hashable {
    /// How much may be tried again.
    public struct Settings: Sendable, Hashable {
        /// The share of calls that may be tried again, in per cent.
        public var percent = 20
        /// How many may be tried again besides, in ten seconds.
        public var minimum = 10

        /// The usual settings.
        public init() {}
    }

    private static let span: Int64 = 10

    private struct Second: Hashable {
        var number: Int64
        var calls = 0
        var retries = 0
    }

    private let settings: Settings
    private var seconds: [Second] = []

    /// A budget of which nothing was used.
    public init(_ settings: Settings) { self.settings = settings }

    /// A call is made for the first time.
    public mutating func deposit(at now: Instant) {
        advance(to: now)
        seconds[seconds.count - 1].calls += 1
    }

    /// Takes a retry out of the budget, if there is one left.
    public mutating func withdraw(at now: Instant) -> Bool {
        advance(to: now)
        let calls = seconds.map(\.calls).reduce(0, +)
        let retries = seconds.map(\.retries).reduce(0, +)
        guard retries < settings.minimum + calls * settings.percent / 100 else { return false }
        seconds[seconds.count - 1].retries += 1
        return true
    }

    private mutating func advance(to now: Instant) {
        if seconds.last?.number != now.seconds { seconds.append(Second(number: now.seconds)) }
        if let first = seconds.first, first.number <= now.seconds - Self.span {
            seconds.removeAll { $0.number <= now.seconds - Self.span }
        }
    }
}
