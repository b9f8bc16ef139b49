// What is said of bad input: what, where, why, and what to do.

/// Something that a person wrote and that cannot be used: a fixture, a plan, a command-line expression.
public struct InputError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong and what to do, in a sentence or two.
    public let message: String
    /// Where it stands, if it stands in a file or expression.
    public let place: Place?

    /// An error from its parts.
    public init(_ message: String, at place: Place? = nil) {
        self.message = message
        self.place = place
    }

    /// `Fixtures/agents/triage.yaml:14: No tool is named ...`.
    public var description: String { place.map { "\($0): \(message)" } ?? message }

    /// The error for a name that nobody knows: names the nearest that somebody does, and lists them all.
    public static func unknown(_ kind: String, _ name: String, known: [String], at place: Place? = nil) -> InputError {
        var message = "No \(kind) is named '\(name)'."
        if let nearest = Suggestion.nearest(to: name, in: known) { message += " Did you mean '\(nearest)'?" }
        message += known.isEmpty ? " None is known." : " Known: \(known.joined(separator: ", "))."
        return InputError(message, at: place)
    }
}

/// A place in what somebody wrote.
public struct Place: Sendable, Hashable, CustomStringConvertible {
    /// The file, as the person named it; or what else it is, such as `--fault`.
    public let source: String
    /// The line, from 1; nil where lines make no sense.
    public let line: Int?

    /// A place from its parts.
    public init(_ source: String, line: Int? = nil) {
        self.source = source
        self.line = line
    }

    public var description: String { line.map { "\(source):\($0)" } ?? source }
}
