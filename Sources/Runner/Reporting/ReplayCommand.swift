// The command that does it again.

/// The command line of a run, as it has to be typed to replay one case under one seed.
public struct ReplayCommand: Sendable {
    private let arguments: [String]
    /// The plan of faults as the command line names it, and faults in one line beside it.
    let faults: [String]

    /// The command of the options that were given, without those that choose cases, seeds or output; `faults` are the values
    /// of --faults and of each --fault among them.
    public init(_ arguments: [String], faults: [String] = ["none"]) {
        self.arguments = arguments
        self.faults = faults
    }

    /// The line that replays a result.
    public func line(_ result: CaseResult) -> String {
        (["backlot", "run", result.id, "--seed", "\(result.seed)"] + arguments).map(Self.quoted).joined(separator: " ")
    }

    /// An argument as a POSIX shell takes it.
    static func quoted(_ argument: String) -> String {
        let isPlain = !argument.isEmpty && argument.allSatisfy { $0.isLetter || $0.isNumber || "-_./=,:@+".contains($0) }
        return isPlain ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
    }
}
