// A case that is held to one run: its seed, its users, and every decision.

public import Faults
import Worlds

/// What a case is held to, whatever its run asks for.
public struct CasePin: Sendable, Hashable {
    /// The seed.
    public let seed: UInt64
    /// The users and steps.
    public let setting: CaseSetting
    /// The decisions, and the order of ready tasks.
    public let list: DecisionList

    /// A pin from its parts.
    public init(seed: UInt64, setting: CaseSetting, list: DecisionList) {
        self.seed = seed
        self.setting = setting
        self.list = list
    }
}

extension SuiteCase {
    /// The same case, held to one run of it. It names no planted bugs: those that it catches need not show in that run.
    public func pinned(_ pin: CasePin, id: String, title: String) -> SuiteCase {
        var pinned = SuiteCase(
            id, title, layer: layer, covers: covers, needs: needs + [.simulation], survives: survives, steps: steps,
            arrange: arrange, body: body)
        pinned.pin = pin
        return pinned
    }
}
