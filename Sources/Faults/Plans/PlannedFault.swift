// One fault of a plan: the rule, and which events it is shown.

public import Kernel
import Wire

/// One fault of a plan: the rule, and which events it is shown.
public struct PlannedFault: Sendable {
    /// The name of its kind.
    public let name: String
    /// What was written; for a plan in a file, how it would be written in one line.
    public let text: String
    /// The places that it concerns.
    public let pattern: FaultPattern
    /// The occurrences that it concerns, of each place for itself; all, if nil. With a condition, of the events that meet it.
    public let occurrences: ClosedRange<UInt64>?
    /// The time in which it happens; always, if nil.
    public let window: FaultWindow?
    /// How likely it is, for each event that is left.
    public let probability: Ratio
    /// What events must say; anything, if nil.
    public let condition: FaultCondition?
    /// The sites at which it is shown events.
    public let sites: [FaultSite]
    let rule: any Rule

    /// Whether what it decides on an event hangs on the seed and the event's key alone: not on when it comes, how large it
    /// is, or what it says. An appointment is made before its time.
    var hangsOnKeyAlone: Bool { (window == nil || sites == [.appointment]) && condition == nil && !rule.measuresEvents }

    /// The verdict on an event that concerns this fault, if chance lets it happen.
    func judge(_ event: FaultEvent, actor: String, _ chance: Chance) -> Verdict {
        let occurrence = event.ordinal ?? event.occurrence
        let site = "\(event.place.site.rawValue) \(text)"
        let happening = chance.draw(site: site, actor: actor, occurrence: occurrence)
        guard happening.happens(probability) else { return .pass }
        var event = event
        event.window = window
        event.linkDraw = chance.draw(site: site + "/link", actor: event.place.linkName ?? actor, occurrence: 0)
        return rule.judge(event, chance.draw(site: site + "/parameter", actor: actor, occurrence: occurrence))
    }

    /// Whether an event is one of those that the fault may happen to, if chance lets it.
    func concerns(_ event: FaultEvent) -> Bool {
        guard occurrences?.contains(event.ordinal ?? event.occurrence) ?? true, pattern.matches(event.place) else { return false }
        // What has an appointment is asked before its time.
        return event.place.site == .appointment || window?.contains(event.time) ?? true
    }

    /// Whether an event is of those that are counted for a fault with a condition.
    func isCounted(_ event: FaultEvent, _ condition: FaultCondition) -> Bool {
        pattern.matches(event.place) && (event.content.map(condition.matches) ?? false)
    }
}

/// A span of a world's time, counted from its beginning.
public struct FaultWindow: Sendable, Hashable {
    /// When it begins.
    public let start: Duration
    /// When it ends; never, if nil.
    public let end: Duration?

    /// A span from its ends. Traps if it ends before it begins.
    public init(from start: Duration, to end: Duration? = nil) {
        precondition(end.map { $0 >= start } ?? true, "a span cannot end before it begins")
        self.start = start
        self.end = end
    }

    /// Whether a time lies in it; its end does not.
    public func contains(_ time: Duration) -> Bool { time >= start && end.map { time < $0 } ?? true }
}

extension FaultPlace {
    /// The name of the link, where it is a place on one.
    fileprivate var linkName: String? { if case .link(_, let link, _) = self { link.description } else { nil } }
}
