// What a case found and measured.

/// What a case found and measured.
public struct CaseReport: Sendable, Hashable {
    /// What is wrong; a case without findings has passed.
    public var findings: [Finding] = []
    /// How long each step took, per user, in the order of users and steps.
    public var timings: [StepTiming] = []
    /// How many calls, frames and assertions the case made: a case that made none has shown nothing.
    public var checks = 0
    /// What has happened of that which the case says happens sometimes.
    public var marks: Set<String> = []

    /// An empty report.
    public init() {}

    mutating func add(_ other: CaseReport) {
        findings += other.findings
        timings += other.timings
        checks += other.checks
        marks.formUnion(other.marks)
    }
}

/// One thing that is wrong.
public struct Finding: Sendable, Hashable, CustomStringConvertible {
    /// Who saw it.
    public let user: String
    /// In which step.
    public let step: String
    /// What is wrong, and what was expected.
    public let message: String

    /// A finding from its parts.
    public init(user: String, step: String, _ message: String) {
        self.user = user
        self.step = step
        self.message = message
    }

    public var description: String { "\(user), \(step): \(message)" }
}

/// How long one step took one user, in the world's time.
public struct StepTiming: Sendable, Hashable {
    /// Who took the step.
    public let user: String
    /// Which step.
    public let step: String
    /// How long it took.
    public let duration: Duration
}
