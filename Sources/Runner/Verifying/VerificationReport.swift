// What 'backlot verify-suites' says.

import Suites

/// The trials of a verification, judged.
public struct VerificationReport: Sendable {
    private let trials: [BugTrial]
    private let uncaught: [String]

    /// A report of trials. `bugs` are those of which each must be named by some case.
    public init(_ trials: [BugTrial], bugs: [String]) {
        self.trials = trials
        let named = Set(trials.compactMap(\.bug))
        uncaught = bugs.filter { !named.contains($0) }
    }

    /// Whether every case passes without a bug and fails with each of its own.
    public var isRight: Bool { trials.allSatisfy(\.isRight) }

    /// The line of one trial: the case, the bug, and what gave it away.
    public static func line(_ trial: BugTrial) -> String {
        switch (trial.bug, trial.result.verdict) {
        case (nil, .passed): "ok      \(trial.suiteCase.id) passes without a bug"
        case (nil, .failed(let findings)):
            "WRONG   \(trial.suiteCase.id) fails without a bug: \(findings.first.map { "\($0)" } ?? "")"
        case (let bug?, .failed(let findings)):
            "caught  \(trial.suiteCase.id) with \(bug): \(findings.first.map { "\($0)" } ?? "")"
        case (let bug?, .passed): "MISSED  \(trial.suiteCase.id) passes with \(bug)"
        case (let bug, .notRun(let reason)), (let bug, .skipped(let reason)):
            "WRONG   \(trial.suiteCase.id)\(bug.map { " with \($0)" } ?? "") could not run: \(reason)"
        }
    }

    /// The summary.
    public func lines(took: Duration) -> [String] {
        let caught = trials.count { $0.bug != nil && $0.isRight }
        let missed = trials.count { $0.bug != nil && !$0.isRight }
        let cases = Set(trials.filter { $0.bug != nil }.map(\.suiteCase.id)).count
        var lines: [String] = []
        if !uncaught.isEmpty { lines.append("no case names: \(uncaught.joined(separator: ", "))") }
        let wrong = trials.count { $0.bug == nil && !$0.isRight }
        if wrong > 0 { lines.append("\(wrong) cases do not pass without a bug") }
        lines.append(
            "\(isRight ? "verified" : "not verified"): \(caught) of \(caught + missed) bugs caught by \(cases) cases in \(took.spoken)"
        )
        return lines
    }
}
