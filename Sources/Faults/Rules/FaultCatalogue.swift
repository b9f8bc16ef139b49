// The catalogue: every fault by name, with its parameters and what it may do to a caller.

public import Fixtures

/// One kind of fault, as the catalogue lists it.
public struct FaultKind: Sendable {
    /// The name in plans.
    public let name: String
    /// What it does, in one line.
    public let summary: String
    /// Its parameters.
    public let parameters: [FaultParameter]
    /// What may have happened to the effect that the caller asked for.
    public let outcomes: [OutcomeClass]
    let make: @Sendable (FaultArguments) throws -> any Rule

    init(
        name: String, summary: String, parameters: [FaultParameter], outcomes: [OutcomeClass],
        make: @escaping @Sendable (FaultArguments) throws -> any Rule
    ) {
        self.name = name
        self.summary = summary
        self.parameters = parameters
        self.outcomes = outcomes
        self.make = make
    }
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

/// The arguments that a plan gives to a fault, over the parameters' own values.
public struct FaultArguments: Sendable {
    let values: [String: String]
    let place: Place

    /// Checks that every argument names a parameter.
    init(_ given: [(name: String, value: String)], for kind: FaultKind, at place: Place) throws {
        var values = Dictionary(uniqueKeysWithValues: kind.parameters.map { ($0.name, $0.fallback) })
        for (index, (name, value)) in given.enumerated() {
            guard values[name] != nil else {
                throw InputError.unknown(
                    "parameter of '\(kind.name)'", name, known: kind.parameters.map(\.name), at: place)
            }
            if given[..<index].contains(where: { $0.name == name }) {
                throw InputError("The parameter '\(name)' is given twice. Write it once.", at: place)
            }
            values[name] = value
        }
        self.values = values
        self.place = place
    }

    func duration(_ name: String) throws -> Duration {
        guard let text = values[name], let duration = Duration(text: text) else {
            throw InputError(
                "'\(values[name] ?? "")' is no duration for '\(name)': write 250us, 20ms, 1.5s, 2m or 1h.", at: place)
        }
        return duration
    }
}

/// Every fault that Backlot has.
public enum FaultCatalogue {
    /// The kinds, in the order in which they are listed.
    public static let kinds: [FaultKind] = [Latency.kind, Drop.kind, Reset.kind]

    /// The kind of a name. Throws an ``InputError`` with the nearest name.
    public static func kind(named name: String, at place: Place) throws -> FaultKind {
        guard let kind = kinds.first(where: { $0.name == name }) else {
            throw InputError.unknown("fault", name, known: kinds.map(\.name), at: place)
        }
        return kind
    }
}
