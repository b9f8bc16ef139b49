// What is to be run: cases, seeds, users, and the world they run in.

public import Suites
public import Worlds

/// A run, decided and not begun.
public struct RunPlan: Sendable {
    /// The cases, in order.
    public var cases: [SuiteCase]
    /// How many cases there are in all, selected or not.
    public var collected: Int
    /// The seeds, in order.
    public var seeds: [UInt64]
    /// What is decided for every case.
    public var setting: CaseSetting
    /// The world of the cases; its seed is replaced by each seed in turn.
    public var blueprint: Blueprint
    /// How many worlds run at once, each on a thread of its own.
    public var width: Int

    /// A plan from its parts.
    public init(
        cases: [SuiteCase], collected: Int, seeds: [UInt64], setting: CaseSetting, blueprint: Blueprint, width: Int
    ) {
        self.cases = cases
        self.collected = collected
        self.seeds = seeds
        self.setting = setting
        self.blueprint = blueprint
        self.width = width
    }

    /// How many case runs the plan has.
    public var count: Int { cases.count * seeds.count }
}
