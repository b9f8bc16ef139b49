// What the catalogue says of a fault: name, sites, parameters, outcomes, and how a swarm draws it.

/// One kind of fault, as the catalogue lists it.
public struct FaultKind: Sendable {
    /// The name in plans.
    public let name: String
    /// What it does, in one line.
    public let summary: String
    /// Where it happens.
    public let sites: [FaultSite]
    /// Its parameters.
    public let parameters: [FaultParameter]
    /// What may have happened to the effect that the caller asked for.
    public let outcomes: [OutcomeClass]
    /// A fault of this kind as it is written.
    public let example: String
    /// Whether it lives by its time alone: `@t=FROM..TO` must be given, and neither occurrences nor a probability.
    public let needsWindow: Bool
    /// Why a fault of this kind can never happen at a place, with these arguments; nil where it can.
    let objection: @Sendable (FaultPattern, FaultArguments) -> String?
    /// Writes a fault of this kind for a swarm.
    let swarm: @Sendable (inout SwarmDice) -> String
    let make: @Sendable (FaultArguments) throws -> any Rule

    init(
        name: String, summary: String, sites: [FaultSite], parameters: [FaultParameter] = [], outcomes: [OutcomeClass],
        example: String, needsWindow: Bool = false,
        objection: @escaping @Sendable (FaultPattern, FaultArguments) -> String? = { _, _ in nil },
        swarm: @escaping @Sendable (inout SwarmDice) -> String,
        make: @escaping @Sendable (FaultArguments) throws -> any Rule
    ) {
        self.name = name
        self.summary = summary
        self.sites = sites
        self.parameters = parameters
        self.outcomes = outcomes
        self.example = example
        self.needsWindow = needsWindow
        self.objection = objection
        self.swarm = swarm
        self.make = make
    }

    /// How the places of this fault are written, each once.
    public var forms: [PlaceForm] { PlaceForm.allCases.filter { form in sites.contains { $0.form == form } } }
}

/// One parameter of a fault.
public struct FaultParameter: Sendable {
    /// The name in plans.
    public let name: String
    /// What kind of value it takes.
    public let unit: String
    /// Its value where the plan gives none.
    public let fallback: String
    /// What it means, in a few words.
    public let summary: String
}
