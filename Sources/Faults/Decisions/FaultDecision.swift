// One decision to let a fault happen: what decision lists and failure files consist of.

import Kernel
public import Wire

/// One decision to let a fault happen.
public struct FaultDecision: Sendable, Hashable {
    /// At what kind of place.
    public let site: FaultSite
    /// To whom: a link and a direction, a request, a service and what it does.
    public let actor: String
    /// The how-many-th event it was there.
    public let occurrence: UInt64
    /// The kind of fault.
    public let fault: String
    /// What became of the event.
    public let verdict: Verdict

    /// A decision from its parts.
    public init(site: FaultSite, actor: String, occurrence: UInt64, fault: String, verdict: Verdict) {
        self.site = site
        self.actor = actor
        self.occurrence = occurrence
        self.fault = fault
        self.verdict = verdict
    }

    /// `drop of delivery 1 on user-1->auth->`.
    public var line: String { "\(fault) of \(site.rawValue) \(occurrence) on \(actor)" }

    /// What became of the event: `do`, and its parameters; durations in nanoseconds.
    public var parameters: JSONObject { verdict.parameters }

    /// The same decision with another value of a parameter; nil where that says nothing that can be done.
    public func with(_ parameter: String, _ value: JSONValue) -> FaultDecision? {
        var parameters = parameters
        parameters[parameter] = value
        return Verdict(parameters).map {
            FaultDecision(site: site, actor: actor, occurrence: occurrence, fault: fault, verdict: $0)
        }
    }

    /// `{site, actor, occurrence, fault, parameters}`.
    public var json: JSONValue {
        [
            "site": .string(site.rawValue), "actor": .string(actor), "occurrence": .integer(Int64(clamping: occurrence)),
            "fault": .string(fault), "parameters": .object(verdict.parameters),
        ]
    }
}

extension Verdict {
    /// What became of the event, as decision lists say it: `do` and its parameters, durations in nanoseconds.
    var parameters: JSONObject {
        switch self {
        case .pass: ["do": "pass"]
        case .delay(let delay): ["do": "delay", "ns": .nanoseconds(delay)]
        case .drop: ["do": "drop"]
        case .reset: ["do": "reset"]
        case .duplicate(let after): ["do": "duplicate", "ns": .nanoseconds(after)]
        case .answer(let status, let retryAfter, let served):
            JSONObject(
                [("do", "answer"), ("status", JSONValue(status)), ("served", .bool(served))]
                    + (retryAfter.map { [("retry_after_ns", .nanoseconds($0))] } ?? []))
        case .cut(let count): ["do": "cut", "after": JSONValue(count)]
        case .expire: ["do": "expire"]
        case .fail(let state): ["do": "fail", "state": .string(state)]
        case .evict(let keys): ["do": "evict", "keys": .string(keys)]
        case .crash(let down, let time):
            JSONObject([("do", "crash"), ("down_ns", .nanoseconds(down))] + (time.map { [("at_ns", .nanoseconds($0))] } ?? []))
        }
    }

    /// Whether it can be carried out at a site.
    func suits(_ site: FaultSite) -> Bool {
        switch self {
        case .pass: true
        case .delay: site.form == .link
        case .drop: site == .delivery || site == .connection
        case .reset: site == .delivery
        case .duplicate: site == .message
        case .answer: site == .request
        case .cut: site == .stream
        case .expire: site == .token
        case .fail: site == .statement
        case .evict: site == .cache
        case .crash(_, let time): site == (time == nil ? .arrival : .appointment)
        }
    }

    /// The verdict that parameters say; nil where they say none.
    init?(_ parameters: JSONObject) {
        func duration(_ name: String) -> Duration? {
            parameters[name]?.integer.flatMap { $0 >= 0 ? .nanoseconds($0) : nil }
        }
        let verdict: Verdict? =
            switch parameters["do"]?.string {
            case "delay": duration("ns").map(Verdict.delay)
            case "drop": .drop
            case "reset": .reset
            case "duplicate": duration("ns").map(Verdict.duplicate)
            case "answer":
                parameters["status"]?.integer.flatMap { (400...599).contains($0) ? $0 : nil }.flatMap { status in
                    parameters["served"]?.bool.map {
                        .answer(status: status, retryAfter: duration("retry_after_ns"), served: $0)
                    }
                }
            case "cut": parameters["after"]?.integer.flatMap { $0 >= 0 ? .cut(after: $0) : nil }
            case "expire": .expire
            case "fail": parameters["state"]?.string.map(Verdict.fail)
            case "evict": parameters["keys"]?.string.map(Verdict.evict)
            case "crash": duration("down_ns").map { .crash(down: $0, at: duration("at_ns")) }
            default: nil
            }
        guard let verdict else { return nil }
        self = verdict
    }
}

extension JSONValue {
    fileprivate static func nanoseconds(_ duration: Duration) -> JSONValue { .integer(duration.nanosecondsClamped) }
}
