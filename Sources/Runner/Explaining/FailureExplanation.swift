// What 'backlot explain' says: what is left of a failure, when it went wrong, and how its passing twin parts from it.

import Faults
import Foundation
import Kernel
public import Suites
import Worlds

/// The explanation of a failure file, in lines.
public enum FailureExplanation {
    /// Explains a failure of a case, simulated under the plan's world. `samples` runs go on from each point in time. Blocks
    /// the calling thread for some hundreds of runs. Throws an `InputError` where the file's faults cannot be read.
    public static func lines(
        _ file: FailureFile, name: String, _ suiteCase: SuiteCase, _ plan: RunPlan, samples: Int, width: Int
    ) throws -> [String] {
        let faults = try file.faults.map { try FaultExpression.parse($0, endpoints: FaultPlan.endpoints, source: name) }
        var lines = ["\(file.id) seed \(file.seed): \(file.signature)", ""] + account(of: file)
        lines.append("")
        if let course = FailureCourse.measure(file, suiteCase, plan, faults: faults, samples: samples) {
            lines += self.lines(course, samples: samples, hasFaults: !faults.isEmpty)
        } else {
            lines.append("It does not fail any more when its decisions are repeated, so that nothing can be said of when.")
        }
        lines.append("")
        if let twin = PassingTwin.find(file.shrunk ?? file.found, suiteCase, seed: file.seed, plan: plan) {
            lines += self.lines(twin, width: width)
        } else {
            lines.append("No run that differs in one decision passes: there is no twin to compare it with.")
        }
        return lines
    }

    private static func account(of file: FailureFile) -> [String] {
        guard let shrunk = file.shrunk else {
            return [
                "It was not shrunk: \(counted(file.found.list.decisions.count, "fault")) with \(counted(file.found.users, "user"))."
            ]
        }
        let decisions = shrunk.list.decisions
        let needs = decisions.isEmpty && shrunk.list.order.departures.isEmpty ? "no fault and no unlucky order" : "this"
        return ["It needs \(needs), with \(counted(shrunk.users, "user")):"]
            + decisions.map { "  fault: \($0.line)\($0.parametersSpoken)" } + file.departures.map { "  order: \($0)" }
            + ["  then: \(shrunk.message)"]
    }

    private static func lines(_ course: FailureCourse, samples: Int, hasFaults: Bool) -> [String] {
        let what = hasFaults ? "other faults of the same plan and another order" : "another order"
        var lines = ["When it went wrong (\(samples) runs from each point on, with \(what) from then on):"]
        for point in course.points {
            let bar = String(repeating: "#", count: Int((point.chance * 30).rounded()))
            lines.append("  \(seconds(point.time)) s  \(percent(point.chance))  \(bar)")
        }
        guard let turn = course.turn, turn.after.chance > turn.before.chance else {
            return lines + ["It is as likely from every point on: nothing that happened on the way decides it."]
        }
        lines.append(
            "Between \(seconds(turn.before.time).trimming) s and \(seconds(turn.after.time).trimming) s it rises the most, "
                + "from \(percent(turn.before.chance).trimming) to \(percent(turn.after.chance).trimming):")
        let events = course.turningEvents
        lines += events.suffix(12).map { "  \($0.spoken)" }
        if events.isEmpty { lines.append("  nothing that the trace tells") }
        return lines
    }

    /// The two runs side by side, from a little before they part.
    private static func lines(_ twin: PassingTwin, width: Int) -> [String] {
        let column = max(30, (width - 3) / 2)
        func cell(_ event: Trace.Event?) -> String {
            let text = event?.spoken ?? ""
            let cut = text.count > column ? text.prefix(column - 1) + "…" : text[...]
            return cut + String(repeating: " ", count: column - cut.count)
        }
        let begin = max(0, twin.divergence - 3)
        let rows = max(twin.failed.count, twin.passed.count)
        var lines = [
            "The passing twin lacks only this: \(twin.difference)",
            "They part at the \(twin.divergence + 1)th event:", "",
            "fails".padding(toLength: column, withPad: " ", startingAt: 0) + " | passes",
        ]
        for index in begin..<min(rows, begin + 20) {
            let (left, right) = (twin.failed[safe: index], twin.passed[safe: index])
            lines.append((cell(left) + (left == right ? " | " : " ! ") + cell(right)).trimmingTrailing)
        }
        return lines
    }

    private static func seconds(_ time: Duration) -> String { time.secondsOfTrace }

    private static func percent(_ chance: Double) -> String { String(format: "%4d %%", Int((chance * 100).rounded())) }
}

extension String {
    fileprivate var trimming: String { String(drop(while: { $0 == " " })) }
    fileprivate var trimmingTrailing: String { String(reversed().drop(while: { $0 == " " }).reversed()) }
}

extension Array {
    fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
