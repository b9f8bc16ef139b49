// When a replica gets no calls for a while, and when it gets them again. Decisions only.

public import Kernel

/// The health of one replica as one caller sees it, as a value: ejected after failures in a row, let back by a probe.
///
/// Each ejection of a row lasts longer than the one before (Envoy, outlier detection: base time times ejections).
public struct Ejection: Sendable, Hashable {
    /// When to eject, and for how long.
    public struct Settings: Sendable, Hashable {
        /// How many calls must fail in a row.
        public var failures = 5
        /// How long the first ejection lasts; the n-th of a row lasts n times as long.
        public var interval = Duration.seconds(5)
        /// How long an ejection lasts at most.
        public var intervalMax = Duration.seconds(60)

        /// The usual settings.
        public init() {}
    }

    /// What happened to the replica.
    public enum Change: Sendable, Hashable {
        case ejected(until: Instant)
        case returned
    }

    private enum State: Hashable {
        case well
        case ejected(until: Instant)
        case probing
    }

    private let settings: Settings
    private var state = State.well
    private var failures = 0
    private var ejections = 0

    /// A replica that is well.
    public init(_ settings: Settings) { self.settings = settings }

    /// Whether it may be called: not while it is ejected, nor while a probe is under way.
    public func isAvailable(at now: Instant) -> Bool {
        switch state {
        case .well: true
        case .ejected(let until): now >= until
        case .probing: false
        }
    }

    /// A call is about to be made; after an ejection it is the probe.
    public mutating func begin(at now: Instant) {
        if case .ejected(let until) = state, now >= until { state = .probing }
    }

    /// A call succeeded.
    public mutating func succeed() -> Change? {
        let wasWell = state == .well
        state = .well
        failures = 0
        ejections = 0
        return wasWell ? nil : .returned
    }

    /// A call failed.
    public mutating func fail(at now: Instant) -> Change? {
        failures += 1
        if case .ejected = state { return nil }
        guard state == .probing || failures >= settings.failures else { return nil }
        ejections += 1
        let until = now.advanced(by: min(settings.interval * ejections, settings.intervalMax))
        state = .ejected(until: until)
        return .ejected(until: until)
    }
}
