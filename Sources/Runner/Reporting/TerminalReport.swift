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
        /// How much is said of what goes well.
        public var amount: Amount
        /// How much is said of a failure.
        public var traceback: Traceback

        /// A style from its parts.
        public init(isLive: Bool, isColoured: Bool, amount: Amount, traceback: Traceback) {
            self.isLive = isLive
            self.isColoured = isColoured
            self.amount = amount
            self.traceback = traceback
        }
    }

    /// How much is said of what goes well.
    public enum Amount: Sendable {
        /// Failures and the summary.
        case quiet
        /// A line for each case, where there is one seed.
        case normal
        /// Every case run with its steps, faults and, where it was kept, its trace.
        case verbose
    }

    /// How much is said of a failure.
    public enum Traceback: String, Sendable, CaseIterable {
        /// The first findings, a line each, and the faults.
        case short
        /// All findings and faults, and the trace where it was kept.
        case long
        /// Only which case failed.
        case no
    }

    fileprivate struct Progress {
        var done = 0
        var failed = 0
        var counts: [String: [String: Int]] = [:]
        /// Why case runs were not tried, and how many for each reason.
        var skips: [(reason: String, count: Int)] = []
    }

    private let plan: RunPlan
    private let style: Style
    private let command: ReplayCommand
    private let write: @Sendable (String) -> Void
    private let begun = ContinuousClock.now
    private let progress = Mutex(Progress())
    private let line: ProgressLine

    /// A report of a plan. `write` puts text out as it is, line ends included.
    public init(_ plan: RunPlan, style: Style, command: ReplayCommand, write: @escaping @Sendable (String) -> Void) {
        self.plan = plan
        self.style = style
        self.command = command
        self.write = write
        line = ProgressLine(isLive: style.isLive, interval: style.isLive ? .milliseconds(100) : .seconds(5), write: write)
    }

    /// The first line: the seed and the build. Then what else is to be known of the run.
    public func begin(build: Build) {
        let seeds =
            plan.seeds.count == 1
            ? "seed \(plan.seeds[0])" : "seeds \(plan.seeds.first ?? 0)..\(plan.seeds.last ?? 0)"
        let world = "\(plan.blueprint.kind.rawValue) world"
        write("\(bold(seeds)), \(build), \(world), \(counted(plan.setting.users, "user"))\n")
        for note in plan.notes { write("note: \(note)\n") }
    }

    /// One case run has ended.
    public func observe(_ result: CaseResult) {
        let (done, failed) = progress.withLock { progress in
            progress.done += 1
            progress.counts[result.suiteCase.category, default: [:]][result.verdict.word, default: 0] += 1
            if result.verdict.isTrouble { progress.failed += 1 }
            if case .skipped(let reason) = result.verdict { progress.countSkip(reason) }
            return (progress.done, progress.failed)
        }
        let isListed =
            switch style.amount {
            case .quiet: false
            case .normal: plan.seeds.count == 1
            case .verbose: true
            }
        // What was not tried is told at the end, by its reasons.
        if result.verdict.isTrouble || isListed && (result.verdict.isExecuted || style.amount == .verbose) {
            line.clear()
            write(lines(of: result).map { $0 + "\n" }.joined())
        }
        guard done < plan.count else { return }
        line.show {
            let rate = Int(Double(done) / max((ContinuousClock.now - begun).seconds, 1e-3))
            return "\(done) of \(plan.count) done, \(failed) failed, \(rate)/s"
        }
    }

    private func lines(of result: CaseResult) -> [String] {
        let seed = plan.seeds.count > 1 ? " seed \(result.seed)" : ""
        let time = "\(result.elapsed.spoken)\(result.fingerprint == nil ? "" : " virtual, \(result.took.spoken) real")"
        var lines: [String]
        switch result.verdict {
        case .passed: lines = ["\(green("pass")) \(result.id)\(seed) (\(time))"]
        case .failed(let findings): lines = ["\(red("FAIL")) \(result.id)\(seed) (\(time))"] + told(findings)
        case .notRun(let reason): lines = ["\(red("could not run")) \(result.id)\(seed): \(reason)"]
        case .skipped(let reason): lines = ["skip \(result.id)\(seed): \(reason)"]
        }
        let twin = result.twin?.lines(isDetailed: style.amount == .verbose) ?? []
        lines += twin.map { "     \($0)" }
        let isDetailed = style.amount == .verbose || (result.verdict.isTrouble && style.traceback != .no)
        if isDetailed {
            let limit = style.amount == .verbose || style.traceback == .long ? Int.max : 10
            lines += result.faults.prefix(limit).map { "     fault: \($0)" }
            if result.faults.count > limit { lines.append("     and \(result.faults.count - limit) faults more") }
        }
        if style.amount == .verbose || style.traceback == .long, result.verdict.isTrouble || plan.count == 1 {
            lines += result.events.map { "     \($0.spoken)" }
        }
        if style.amount == .verbose, let table = Self.timings(result) { lines += table.map { "     \($0)" } }
        return lines
    }

    private func told(_ findings: [Finding]) -> [String] {
        let limit =
            switch style.traceback {
            case .short: 10
            case .long: Int.max
            case .no: 0
            }
        let told = findings.prefix(limit).map { "     \($0)" }
        return findings.count > limit && limit > 0 ? told + ["     and \(findings.count - limit) more"] : told
    }

    /// The summary, and where something failed the command that replays it as the very last line.
    public func end(_ summary: RunSummary) {
        line.clear()
        if plan.count == 1, style.amount == .normal, let only = summary.shown.first, only.verdict == .passed,
            let table = Self.timings(only)
        {
            write(table.map { "  \($0)\n" }.joined())
        }
        if plan.cases.isEmpty { write("nothing was selected: 'backlot list' shows what there is\n") }
        for (reason, count) in progress.withLock({ $0.skips }) {
            write("skipped \(counted(count, plan.seeds.count == 1 ? "case" : "case run")): \(reason)\n")
        }
        if let table = categories { write(table.map { "  \($0)\n" }.joined()) }
        if plan.count > 1 || style.amount == .quiet, let twins = summary.twins.summary { write("\(twins)\n") }
        var counts =
            "declared \(summary.declared), collected \(summary.collected), selected \(summary.selected), executed \(summary.executed)"
        if summary.planned != summary.selected { counts += " of \(summary.planned)" }
        let verdict =
            summary.exitCode == 0 ? green("passed") : red(summary.failed > 0 ? "failed" : "could not run")
        var parts = ["\(summary.passed) passed", "\(summary.failed) failed"]
        if summary.notRun > 0 { parts.append("\(summary.notRun) not run") }
        if summary.skipped > 0 { parts.append("\(summary.skipped) skipped") }
        if summary.collectionErrors > 0 { parts.append(counted(summary.collectionErrors, "collection error")) }
        write("\(verdict): \(parts.joined(separator: ", ")) in \(summary.took.spoken) (\(counts))\n")
        if let fingerprint = summary.fingerprint { write("fingerprint \(fingerprint)\n") }
        if let failure = summary.failure { write("replay: \(command.line(failure))\n") }
    }

    /// How the categories came off, where there are several.
    private var categories: [String]? {
        let counts = progress.withLock { $0.counts }
        guard counts.count > 1 else { return nil }
        let words = ["passed", "failed", "not run", "skipped"].filter { word in counts.values.contains { $0[word] != nil } }
        var table = Table(header: ["category"] + words)
        for category in TestPlan.categories {
            guard let own = counts[category] else { continue }
            table.rows.append([category] + words.map { "\(own[$0] ?? 0)" })
        }
        return table.lines
    }

    /// A table of the steps of a result: over its users, the median and the longest.
    private static func timings(_ result: CaseResult) -> [String]? {
        guard !result.timings.isEmpty else { return nil }
        var steps: [String] = []
        var durations: [String: [Duration]] = [:]
        for timing in result.timings {
            if durations[timing.step] == nil { steps.append(timing.step) }
            durations[timing.step, default: []].append(timing.duration)
        }
        var table = Table(header: ["step", "times", "median", "longest"])
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

extension TerminalReport.Progress {
    fileprivate mutating func countSkip(_ reason: String) {
        if let known = skips.firstIndex(where: { $0.reason == reason }) {
            skips[known].count += 1
        } else {
            skips.append((reason, 1))
        }
    }
}

extension CaseVerdict {
    /// The verdict in tables.
    var word: String {
        switch self {
        case .passed: "passed"
        case .failed: "failed"
        case .notRun: "not run"
        case .skipped: "skipped"
        }
    }

    /// Whether somebody must look at it.
    var isTrouble: Bool {
        switch self {
        case .passed, .skipped: false
        case .failed, .notRun: true
        }
    }
}
