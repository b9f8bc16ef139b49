// A run as JUnit XML, for continuous integration.

import Kernel
import Suites
import Synchronization

/// Gathers results and writes them as JUnit XML: a suite for each category, a test case for each case run.
///
/// The shape is the one that Jenkins' and GitLab's readers take: `testsuites/testsuite/testcase` with `failure`,
/// `error` and `skipped`. Times are real seconds.
public final class JUnitReport: Sendable {
    private let results = Mutex<[CaseResult]>([])
    private let severalSeeds: Bool
    private let command: ReplayCommand

    /// A report of a plan's run; `command` replays what failed.
    public init(_ plan: RunPlan, command: ReplayCommand) {
        severalSeeds = plan.seeds.count > 1
        self.command = command
    }

    /// One case run has ended.
    public func observe(_ result: CaseResult) { results.withLock { $0.append(result) } }

    /// The whole document, of all results so far.
    public var text: String {
        let results = results.withLock { $0 }
        var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites name=\"backlot\"\(Self.counts(results))>"]
        for category in TestPlan.categories {
            let own = results.filter { $0.suiteCase.category == category }
            if own.isEmpty { continue }
            lines.append("  <testsuite name=\"\(category)\"\(Self.counts(own))>")
            for result in own { lines += element(result) }
            lines.append("  </testsuite>")
        }
        lines.append("</testsuites>")
        return lines.map { $0 + "\n" }.joined()
    }

    private static func counts(_ results: [CaseResult]) -> String {
        func count(_ isMeant: (CaseVerdict) -> Bool) -> Int { results.count { isMeant($0.verdict) } }
        let failures = count { if case .failed = $0 { true } else { false } }
        let errors = count { if case .notRun = $0 { true } else { false } }
        let skipped = count { if case .skipped = $0 { true } else { false } }
        let time = results.map(\.took).reduce(.zero, +).seconds
        return " tests=\"\(results.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\" time=\"\(time)\""
    }

    private func element(_ result: CaseResult) -> [String] {
        let name = result.suiteCase.id.dropFirst(result.suiteCase.category.count + 1)
        let seed = severalSeeds ? " seed \(result.seed)" : ""
        let head =
            "    <testcase classname=\"\(result.suiteCase.category)\" name=\"\(Self.escaped(name + seed))\" "
            + "time=\"\(result.took.seconds)\""
        switch result.verdict {
        case .passed: return [head + "/>"]
        case .failed(let findings):
            let first = findings.first.map(\.description) ?? ""
            let text = (findings.map(\.description) + result.faults.map { "fault: \($0)" } + ["replay: \(command.line(result))"])
                .joined(separator: "\n")
            return [
                head + ">", "      <failure message=\"\(Self.escaped(first))\">\(Self.escaped(text))</failure>",
                "    </testcase>",
            ]
        case .notRun(let reason):
            return [head + ">", "      <error message=\"\(Self.escaped(reason))\"/>", "    </testcase>"]
        case .skipped(let reason):
            return [head + ">", "      <skipped message=\"\(Self.escaped(reason))\"/>", "    </testcase>"]
        }
    }

    /// A text as XML 1.0 holds it in an attribute or element: characters that XML does not know are replaced.
    static func escaped(_ text: some StringProtocol) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n": escaped += "&#10;"
            case "\t": escaped += "&#9;"
            case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
