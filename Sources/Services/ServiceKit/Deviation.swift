// Deviations: ways in which a fake can be made to be wrong on purpose, each switched on by name.

/// One way in which a service behaves other than its contract says, off by default.
///
/// A deviation that was seen in the real product is a *quirk*: applications may have to live with it. All deviations
/// serve as *planted bugs*: the cases of the suites must catch them. The code that deviates asks
/// ``ServiceContext/deviates(_:)`` at the one place where right and wrong part.
public struct Deviation: Sendable, Hashable {
    /// The name by which it is switched on: `silent-drop`.
    public let name: String
    /// The service that deviates.
    public let service: String
    /// What is wrong then, in one line.
    public let summary: String
    /// Whether the real product was seen to do so.
    public let isQuirk: Bool
    /// What must happen before anybody can notice.
    public let needs: DeviationNeed

    /// A deviation from its parts.
    public init(
        _ name: String, of service: String, _ summary: String, isQuirk: Bool = false, needs: DeviationNeed = .nothing
    ) {
        self.name = name
        self.service = service
        self.summary = summary
        self.isQuirk = isQuirk
        self.needs = needs
    }

    public static func == (left: Deviation, right: Deviation) -> Bool { left.name == right.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// What a deviation needs to show.
public enum DeviationNeed: String, Sendable, CaseIterable {
    /// Nothing: the path where all goes well shows it.
    case nothing
    /// A fault: without any, right and wrong do the same.
    case fault
    /// An unlucky order of what is ready at one moment; in the order in which it became ready, nothing is wrong.
    case order
}

extension ServiceContext {
    /// Whether the world has switched a deviation on.
    public func deviates(_ deviation: Deviation) -> Bool { deviations.contains(deviation) }
}
