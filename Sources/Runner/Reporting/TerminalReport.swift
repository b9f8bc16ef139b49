// What a run says to a person: a first line with the seed, progress, failures as they come, a summary, a last line.

import Foundation
import Kernel
import Rainbow
import Suites
import Synchronization
import Worlds

/// Writes a run for people: in colour and with live progress on a terminal, in plain lines elsewhere.
public final class TerminalReport: Sendable {
    /// How much is written.
    public struct Style: Sendable {
        /// Whether a line may be rewritten: on a terminal.
        public var isLive: Bool
        /// Whether the text may be coloured.
        public var isColoured: Bool
        /// Whether every step and event is listed.
        public var isVerbose: Bool

        /// A style from its parts.
        public init(isLive: Bool, isColoured: Bool, isVerbose: Bool) {
            self.isLive = isLive
            self.isColoured = isColoured
            self.isVerbose = isVerbose
        }
    }

    private struct Progress {
        var done = 0
        var failed = 0
        var lastShown: ContinuousClock.Instant?
        var isLineOpen = false
    }

    private let plan: RunPlan
    private let style: Style
    private let command: ReplayCommand
    private let write: @Sendable (String) -> Void
    private let begun = ContinuousClock.now
    private let progress = Mutex(Progress())

    /// A report of a plan. `write` puts text out as it is, line ends included.
    public init(_ plan: RunPlan, style: Style, command: ReplayCommand, write: @escaping @Sendable (String) -> Void) {
        self.plan = plan
        self.style = style
        self.command = command
        self.write = write
    }

    /// The first line: the seed and the build.
    public func begin(build: Build) {
        let seeds =
            plan.seeds.count == 1
            ? "seed \(plan.seeds[0])" : "seeds \(plan.seeds.first ?? 0)..\(plan.seeds.last ?? 0)"
        let world = "\(plan.blueprint.kind.rawValue) world"
        write("\(bold(seeds)), \(build), \(world), \(counted(plan.setting.users, "user"))\n")
    }

    /// One case run has ended.
    public func observe(_ result: CaseResult) {
        let (done, failed, isDue) = progress.withLock { progress in
            progress.done += 1
            if result.verdict != .passed { progress.failed += 1 }
            let now = ContinuousClock.now
            let wait: Duration = style.isLive ? .milliseconds(100) : .seconds(5)
            let isDue = now - (progress.lastShown ?? begun) >= wait && progress.done < plan.count
            if isDue { progress.lastShown = now }
            return (progress.done, progress.failed, isDue)
        }
        if result.verdict != .passed || plan.count == 1 || style.isVerbose {
            clearLine()
            write(lines(of: result).map { $0 + "\n" }.joined())
        }
        if isDue { show(done, failed) }
    }

    private func show(_ done: Int, _ failed: Int) {
        let seconds = Double((ContinuousClock.now - begun).nanosecondsClamped) / 1e9
        let rate = Int(Double(done) / max(seconds, 1e-3))
        let text = "\(done) of \(plan.count) done, \(failed) failed, \(rate)/s"
        if style.isLive {
            write("\r\u{1B}[K\(text)")
            progress.withLock { $0.isLineOpen = true }
        } else {
            write(text + "\n")
        }
    }

    private func clearLine() {
        let wasOpen = progress.withLock { progress in
            defer { progress.isLineOpen = false }
            return progress.isLineOpen
        }
        if wasOpen { write("\r\u{1B}[K") }
    }

    private func lines(of result: CaseResult) -> [String] {
        let seed = plan.seeds.count > 1 ? " seed \(result.seed)" : ""
        let time = "\(result.elapsed.spoken)\(result.fingerprint == nil ? "" : " virtual, \(result.took.spoken) real")"
        var lines: [String]
        switch result.verdict {
        case .passed: lines = ["\(green("pass")) \(result.id)\(seed) (\(time))"]
        case .failed(let findings):
            lines = ["\(red("FAIL")) \(result.id)\(seed) (\(time))"]
            lines += findings.prefix(10).map { "     \($0)" }
            if findings.count > 10 { lines.append("     and \(findings.count - 10) more") }
        case .notRun(let reason): lines = ["\(red("could not run")) \(result.id)\(seed): \(reason)"]
        }
        if result.verdict != .passed || style.isVerbose { lines += result.faults.map { "     fault: \($0)" } }
        if style.isVerbose { lines += result.events.map(Self.line) }
        return lines
    }

    private static func line(_ event: Trace.Event) -> String {
        let seconds = Double(event.offset.nanosecondsClamped / 1000) / 1e6
        let padded = String(format: "%10.6f", seconds)
        return "     \(padded)  \(event.actor)  \(event.kind.rawValue) \(event.detail)"
    }

    /// The summary, and where something failed the command that replays it as the very last line.
    public func end(_ summary: RunSummary) {
        clearLine()
        if summary.passed > 0, let table = timings(summary) { write(table.map { "  \($0)\n" }.joined()) }
        let counts =
            "declared \(summary.declared), collected \(summary.collected), selected \(summary.selected), executed \(summary.executed)"
        let verdict = summary.exitCode == 0 ? green("passed") : red(summary.failed > 0 ? "failed" : "could not run")
        var parts = ["\(summary.passed) passed", "\(summary.failed) failed"]
        if summary.notRun > 0 { parts.append("\(summary.notRun) not run") }
        write("\(verdict): \(parts.joined(separator: ", ")) in \(summary.took.spoken) (\(counts))\n")
        if let fingerprint = summary.fingerprint { write("fingerprint \(fingerprint)\n") }
        if let failure = summary.shown.first(where: { $0.verdict != .passed }) {
            write("replay: \(command.line(seed: failure.seed))\n")
        }
    }

    /// A table of the steps of the first result that passed: over its users, the median and the longest.
    private func timings(_ summary: RunSummary) -> [String]? {
        guard let timings = summary.shown.first(where: { $0.verdict == .passed })?.timings, !timings.isEmpty else {
            return nil
        }
        var steps: [String] = []
        var durations: [String: [Duration]] = [:]
        for timing in timings {
            if durations[timing.step] == nil { steps.append(timing.step) }
            durations[timing.step, default: []].append(timing.duration)
        }
        var table = Table(header: ["step", "users", "median", "longest"])
        for step in steps {
            let sorted = (durations[step] ?? []).sorted()
            guard let longest = sorted.last else { continue }
            table.rows.append([step, "\(sorted.count)", sorted[sorted.count / 2].spoken, longest.spoken])
        }
        return table.lines
    }

    private func bold(_ text: String) -> String { style.isColoured ? text.bold : text }
    private func green(_ text: String) -> String { style.isColoured ? text.green : text }
    private func red(_ text: String) -> String { style.isColoured ? text.red.bold : text }
}
