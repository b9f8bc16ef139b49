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

    /// The same decision for another event of its actor.
    public func at(occurrence: UInt64) -> FaultDecision {
        FaultDecision(site: site, actor: actor, occurrence: occurrence, fault: fault, verdict: verdict)
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
        case .transmit(let time): ["do": "transmit", "ns": .nanoseconds(time)]
        case .rechunk(let size, let gap): ["do": "rechunk", "size": JSONValue(size), "gap_ns": .nanoseconds(gap)]
        case .clog(let time): ["do": "clog", "ns": .nanoseconds(time)]
        case .duplicate(let after): ["do": "duplicate", "ns": .nanoseconds(after)]
        case .lose: ["do": "lose"]
        case .hold(let behind, let time): ["do": "hold", "behind": JSONValue(behind), "at_most_ns": .nanoseconds(time)]
        case .close(let code): ["do": "close", "code": JSONValue(code)]
        case .answer(let status, let retryAfter, let served):
            JSONObject(
                [("do", "answer"), ("status", JSONValue(status)), ("served", .bool(served))]
                    + (retryAfter.map { [("retry_after_ns", .nanoseconds($0))] } ?? []))
        case .cut(let count): ["do": "cut", "after": JSONValue(count)]
        case .stall(let count, let time): ["do": "stall", "after": JSONValue(count), "ns": .nanoseconds(time)]
        case .truncate(let count): ["do": "truncate", "after": JSONValue(count)]
        case .breakArguments: ["do": "break-arguments"]
        case .expire: ["do": "expire"]
        case .forge: ["do": "forge"]
        case .fail(let state): ["do": "fail", "state": .string(state)]
        case .loseReply(let state): ["do": "lose-reply", "state": .string(state)]
        case .refuse(let reason): ["do": "refuse", "reason": .string(reason.rawValue)]
        case .evict(let keys): ["do": "evict", "keys": .string(keys)]
        case .crash(let down, let time): Self.timed([("do", "crash"), ("down_ns", .nanoseconds(down))], time)
        case .pause(let length, let time): Self.timed([("do", "pause"), ("ns", .nanoseconds(length))], time)
        case .rotateKeys(let time): Self.timed([("do", "rotate-keys")], time)
        case .skew(let amount, let time): Self.timed([("do", "skew"), ("by_ns", .nanoseconds(amount))], time)
        }
    }

    private static func timed(_ members: [(String, JSONValue)], _ time: Duration?) -> JSONObject {
        JSONObject(members + (time.map { [("at_ns", .nanoseconds($0))] } ?? []))
    }

    /// Whether it can be carried out at a site.
    func suits(_ site: FaultSite) -> Bool {
        switch self {
        case .pass: true
        case .delay: site == .delivery || site == .connection || site == .message || site == .insert
        case .drop: site == .delivery || site == .connection || site == .ending
        case .reset, .transmit, .rechunk, .clog: site == .delivery
        case .duplicate, .lose, .hold, .close: site == .message
        case .answer: site == .request
        case .cut, .stall: site == .stream
        case .truncate: site == .response
        case .breakArguments: site == .toolCall
        case .expire, .forge: site == .token
        case .fail: site == .statement
        case .loseReply: site == .commit
        case .refuse(let reason): site == reason.site
        case .evict: site == .cache
        case .pause(_, nil): site == .arrival || site == .start
        case .crash(_, nil), .rotateKeys(nil), .skew(_, nil): site == .arrival
        case .crash, .pause, .rotateKeys, .skew: site == .appointment
        }
    }
}

extension JSONValue {
    fileprivate static func nanoseconds(_ duration: Duration) -> JSONValue { .integer(duration.nanosecondsClamped) }
}
