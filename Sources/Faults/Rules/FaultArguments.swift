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

    func count(_ name: String, from least: Int, through most: Int) throws -> Int {
        let count = try count(name, from: least)
        guard count <= most else { throw error("'\(count)' is no '\(name)': write a whole number of at most \(most).") }
        return count
    }

    /// A duration with a sign that may be left out.
    func signedDuration(_ name: String) throws -> Duration {
        let written = text(name)
        let isNegative = written.hasPrefix("-")
        let digits = isNegative || written.hasPrefix("+") ? String(written.dropFirst()) : written
        guard let duration = Duration(text: digits), duration != .zero else {
            throw error("'\(written)' is no change of '\(name)': write a duration other than 0 such as 2s, or -2s.")
        }
        return isNegative ? .zero - duration : duration
    }

    /// Bytes a second.
    func rate(_ name: String) throws -> Int64 {
        let units: [(suffix: String, bytes: Double)] = [
            ("kbit/s", 125), ("Mbit/s", 125_000), ("kB/s", 1000), ("MB/s", 1_000_000), ("B/s", 1),
        ]
        let unit = units.first { text(name).hasSuffix($0.suffix) }
        guard let unit, let count = Double(text(name).dropLast(unit.suffix.count)), count * unit.bytes >= 1,
            count * unit.bytes < 1e15
        else {
            throw error("'\(text(name))' is no '\(name)': write 500B/s, 64kB/s, 1.5MB/s, 256kbit/s or 10Mbit/s.")
        }
        return Int64(count * unit.bytes)
    }

    func error(_ message: String) -> InputError { InputError(message, at: place) }

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
