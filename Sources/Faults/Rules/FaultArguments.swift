// The arguments of a fault, read as what its parameters are.

import Fixtures

/// The arguments that a plan gives to a fault, over the parameters' own values.
public struct FaultArguments: Sendable {
    private let values: [String: String]
    private let place: Place

    /// Checks that every argument names a parameter, once.
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

    func text(_ name: String) -> String { values[name] ?? "" }

    func duration(_ name: String) throws -> Duration {
        guard let duration = Duration(text: text(name)) else {
            throw InputError("'\(text(name))' is no duration for '\(name)': write 250us, 20ms, 1.5s, 2m or 1h.", at: place)
        }
        return duration
    }

    func count(_ name: String, from least: Int) throws -> Int {
        guard let count = Int(text(name)), count >= least else {
            throw InputError("'\(text(name))' is no '\(name)': write a whole number of at least \(least).", at: place)
        }
        return count
    }

    func truth(_ name: String) throws -> Bool {
        guard let truth = Bool(text(name)) else {
            throw InputError("'\(text(name))' is no '\(name)': write true or false.", at: place)
        }
        return truth
    }

    func choice(_ name: String, of known: [String]) throws -> String {
        guard known.contains(text(name)) else {
            throw InputError.unknown("value of '\(name)'", text(name), known: known, at: place)
        }
        return text(name)
    }
}
