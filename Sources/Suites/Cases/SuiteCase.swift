// A case: what it covers, where it stands, which planted bugs it must catch, and what it does in a world.

import Faults
public import Worlds

/// One case of a suite. The same body runs in every world.
public struct SuiteCase: Sendable {
    /// Its id, `category/name`.
    public let id: String
    /// What it shows, in one line.
    public let title: String
    /// The layer it belongs to.
    public let layer: CaseLayer
    /// The lines of the plan that it covers, by id; the first decides its category.
    public let covers: [String]
    /// The planted bugs that make it fail, by name.
    public let catches: [String]
    /// The planted bugs that it finds under some seeds: those that need a fault or an unlucky order, by name.
    public let finds: [String]
    /// What it needs of its world; where that is not there, it is not run, and this is said.
    public let needs: [CaseNeed]
    /// Which faults it survives: under others it may fail although nothing is wrong.
    public let survives: FaultTolerance
    /// What happens under some seeds, and must be seen for a search to have shown what the case is for.
    public let sometimes: [String]
    /// How many steps each user takes where the run decides nothing; nil for a case of a fixed course.
    public let steps: Int?
    /// The one run that it is held to; nil where the run decides.
    public internal(set) var pin: CasePin?
    let arrange: @Sendable (inout Blueprint) -> Void
    let body: @Sendable (Stage) async throws -> Void

    /// A case from its parts. `arrange` makes the world what the case is about: with two replicas, for example.
    init(
        _ id: String, _ title: String, layer: CaseLayer, covers: [String], catches: [String] = [], needs: [CaseNeed] = [],
        finds: [String] = [], sometimes: [String] = [], survives: FaultTolerance = .mild, steps: Int? = nil,
        arrange: @escaping @Sendable (inout Blueprint) -> Void = { _ in },
        body: @escaping @Sendable (Stage) async throws -> Void
    ) {
        self.id = id
        self.title = title
        self.layer = layer
        self.covers = covers
        self.catches = catches
        self.needs = needs
        self.finds = finds
        self.sometimes = sometimes
        self.survives = survives
        self.steps = steps
        self.arrange = arrange
        self.body = body
    }

    /// The category it belongs to: what stands before the slash of its id.
    public var category: String { String(id.prefix { $0 != "/" }) }

    /// Its markers: its category, and those of the lines that it covers.
    public var markers: [String] {
        var markers = [category]
        for marker in covers.compactMap(TestPlan.line).flatMap(\.markers) where !markers.contains(marker) {
            markers.append(marker)
        }
        return markers
    }

    /// Whether it is about the stores themselves, so that it shows nothing of real servers where there are none.
    public var concernsStores: Bool {
        covers.contains("S1.2") || markers.contains("real_services") || markers.contains("database")
    }

    /// The world that the case is to run in, made of the run's.
    public func blueprint(from blueprint: Blueprint) -> Blueprint {
        var arranged = blueprint
        arrange(&arranged)
        if let pin {
            arranged.seed = pin.seed
            arranged.faults = FaultPlan(repeating: pin.list)
        }
        return arranged
    }

    /// Runs the case in a world. Throws what kept it from being carried out; what is wrong is in the report.
    public func run(in world: World, _ setting: CaseSetting) async throws -> CaseReport {
        var setting = pin?.setting ?? setting
        setting.steps = setting.steps ?? steps
        let stage = Stage(world, setting)
        do { try await body(stage) } catch is JourneyEnded {}
        let report = stage.report
        let undeclared = report.marks.subtracting(sometimes).sorted()
        precondition(undeclared.isEmpty, "the case \(id) does not declare that it sometimes sees: \(undeclared)")
        return report
    }
}

/// Where a case stands: a layer is run when the one before it has passed, for what rests on a broken layer shows nothing.
public enum CaseLayer: String, Sendable, CaseIterable, Comparable {
    /// Everything is there and answers.
    case infrastructure
    /// Each service does its own work.
    case services
    /// Users reach their ends, over all services.
    case flows

    public static func < (left: CaseLayer, right: CaseLayer) -> Bool {
        let order = Self.allCases
        return (order.firstIndex(of: left) ?? 0) < (order.firstIndex(of: right) ?? 0)
    }
}

/// Which faults a case survives.
public enum FaultTolerance: String, Sendable, Hashable, CaseIterable {
    /// Those that well-made callers absorb: what the preset `light` brings.
    case mild
    /// All: it asks for nothing but what must hold whatever happens, and for recovery once faults have ended.
    case any
}

/// What a case needs of its world.
public enum CaseNeed: String, Sendable, Hashable {
    /// Time that can pass without waiting.
    case virtualTime = "virtual time: it lets minutes pass"
    /// A run that can be repeated.
    case simulation = "a simulation: it repeats a run"
}

/// What a run decides for its cases.
public struct CaseSetting: Sendable, Hashable {
    /// How many users act at once.
    public var users: Int
    /// How many steps each user takes, where a case lets that be decided; as the case has it, if nil.
    public var steps: Int?

    /// A setting of so many users.
    public init(users: Int, steps: Int? = nil) {
        self.users = users
        self.steps = steps
    }
}
