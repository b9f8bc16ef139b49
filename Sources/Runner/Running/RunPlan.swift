// What is to be run: cases, seeds, users, and the world they run in.

public import Suites
public import Worlds

/// A run, decided and not begun.
public struct RunPlan: Sendable {
    /// The cases, layer by layer.
    public internal(set) var cases: [SuiteCase]
    /// How many cases are declared, and how many of them could be collected.
    public var counts: (declared: Int, collected: Int)
    /// The seeds, in order.
    public var seeds: [UInt64]
    /// What is decided for every case.
    public var setting: CaseSetting
    /// The world of the cases; its seed is replaced by each seed in turn.
    public var blueprint: Blueprint
    /// How many worlds run at once, each on a thread of its own.
    public var width: Int
    /// Why real servers that were asked for are not there; cases about stores are then not run, the others on the embedded
    /// ones. Nil where all is as asked for.
    public var missingServers: String?
    /// What the report is to say of the run before it begins, such as that the fakes stand in for a staging that is not
    /// there.
    public var notes: [String] = []

    /// A plan from its parts.
    public init(
        cases: [SuiteCase], of collection: SuiteCatalogue.Collection, seeds: [UInt64], setting: CaseSetting,
        blueprint: Blueprint, width: Int
    ) {
        self.cases = CaseLayer.allCases.flatMap { layer in cases.filter { $0.layer == layer } }
        counts = (collection.declared, collection.cases.count)
        self.seeds = seeds
        self.setting = setting
        self.blueprint = blueprint
        self.width = width
    }

    /// How many case runs the plan has.
    public var count: Int {
        seeds.isEmpty ? 0 : cases.count + (seeds.count - 1) * cases.count { $0.pin == nil }
    }

    /// The cases that are run under a seed: those that are held to a run of their own under the first one only.
    func cases(under seed: UInt64) -> [SuiteCase] { seed == seeds.first ? cases : cases.filter { $0.pin == nil } }

    /// Every case under every seed, seed by seed and layer by layer.
    var runs: [CaseRun] {
        seeds.flatMap { seed in cases(under: seed).map { CaseRun(suiteCase: $0, seed: seed, plan: self) } }
    }
}
