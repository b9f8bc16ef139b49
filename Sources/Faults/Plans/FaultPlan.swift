// The plan: which faults, on which links, when.

public import Kernel
public import Wire

/// The faults of a world, in order: the first whose verdict is not `pass` decides.
public struct FaultPlan: Sendable {
    /// The planned faults.
    public var faults: [PlannedFault]

    /// A plan of faults; without any, nothing is ever judged.
    public init(_ faults: [PlannedFault] = []) { self.faults = faults }

    /// No fault.
    public static let none = FaultPlan()
}

/// One fault of a plan: the rule, and which events it is shown.
public struct PlannedFault: Sendable {
    /// The name of its kind.
    public let name: String
    /// What was written, for decision lists and reports.
    public let text: String
    /// The links that it concerns.
    public let links: LinkPattern
    /// The ways that it concerns.
    public let directions: Set<LinkDirection>
    /// The occurrences that it concerns; all, if nil.
    public let occurrences: ClosedRange<UInt64>?
    /// How likely it is, for each event that is left.
    public let probability: Ratio
    let rule: any Rule

    func concerns(_ event: LinkEvent) -> Bool {
        directions.contains(event.direction) && (occurrences?.contains(event.occurrence) ?? true)
            && links.matches(event.link)
    }
}

/// Which links a fault concerns. Each end is a role (`client`, `agent`), an instance (`user-3`) or `*`.
public struct LinkPattern: Sendable, Hashable {
    /// Who opens the connections.
    public let caller: String
    /// Who accepts them.
    public let callee: String

    /// Whether a link is meant.
    public func matches(_ link: LinkName) -> Bool {
        Self.matches(caller, link.caller) && Self.matches(callee, link.callee)
    }

    private static func matches(_ pattern: String, _ endpoint: Endpoint) -> Bool {
        pattern == "*" || pattern == endpoint.role || pattern == endpoint.instance
    }
}
