// What a search says to a person: its seeds, its progress, each failure when it is found and when it is shrunk, a summary.

import Faults
import Foundation
import Kernel
import Rainbow
import Suites
import Worlds

/// Writes a search for people.
public final class ExploreReport: Sendable {
    private let plan: ExplorePlan
    private let isColoured: Bool
    private let write: @Sendable (String) -> Void
    private let line: ProgressLine

    /// A report of a search. `isLive` says that a line may be rewritten. `write` puts text out as it is, line ends included.
    public init(_ plan: ExplorePlan, isLive: Bool, isColoured: Bool, write: @escaping @Sendable (String) -> Void) {
        self.plan = plan
        self.isColoured = isColoured
        self.write = write
        line = ProgressLine(isLive: isLive, interval: isLive ? .milliseconds(200) : .seconds(10), write: write)
    }

    /// The first line: the seeds and the build. Then what else is to be known.
    public func begin(build: Build, faults: String) {
        let seeds = "seeds \(plan.firstSeed)..\(plan.lastSeed.map { "\($0)" } ?? "")"
        let end = plan.patience.map { ", for \(Int($0.seconds / 60)) min" } ?? ""
        write(
            "\(isColoured ? seeds.bold : seeds)\(end), \(build), simulated world, \(counted(plan.run.setting.users, "user")), "
                + "faults \(faults), \(counted(plan.run.cases.count, "case"))\n")
        for note in plan.run.notes { write("note: \(note)\n") }
    }

    /// Something has happened. `summary` counts it already; `file` is where the failure was written.
    public func observe(_ event: ExploreEvent, _ summary: ExploreSummary, file: String?) {
        switch event {
        case .ran: showProgress(summary)
        case .failed(let failure):
            line.clear()
            write(found(failure) + (plan.shrinks ? "     shrinking it ...\n" : told(failure, file: file)))
        case .shrunk(let failure):
            line.clear()
            write("     \(failure.result.id) seed \(failure.result.seed), shrunk:\n" + told(failure, file: file))
        }
    }

    private func found(_ failure: DistinctFailure) -> String {
        let result = failure.result
        let word = isColoured ? "FAIL".red.bold : "FAIL"
        var text = "\(word) \(result.id) seed \(result.seed) (\(counted(result.faults.count, "fault")))\n"
        if case .failed(let findings) = result.verdict {
            text += findings.prefix(3).map { "     \($0)\n" }.joined()
            if findings.count > 3 { text += "     and \(findings.count - 3) more\n" }
        }
        return text
    }

    private func told(_ failure: DistinctFailure, file: String?) -> String {
        var text = ""
        if let shrunk = failure.shrunk {
            let parts = [
                counted(shrunk.list.decisions.count, "fault"), counted(shrunk.list.order.departures.count, "departure"),
                counted(shrunk.users, "user"),
            ]
            let order = shrunk.list.order == .seeded ? ", in the seed's order" : ""
            text += "     \(parts.joined(separator: ", "))\(order) (\(shrunk.trials) runs, \(shrunk.took.spoken))\n"
            text += shrunk.list.decisions.map { "       fault: \($0.line)\($0.parametersSpoken)\n" }.joined()
            text += shrunk.departures.map { "       order: \($0)\n" }.joined()
            if let finding = shrunk.findings.first(where: { FailureSignature.of($0) == failure.signature }) {
                text += "       \(finding)\n"
            }
        } else if plan.shrinks {
            text += "     it did not fail again when its decisions were repeated: it is kept as it was found\n"
        }
        if let file { text += "     replay: backlot replay \(ReplayCommand.quoted(file))\n" }
        return text
    }

    private func showProgress(_ summary: ExploreSummary) {
        line.show {
            let of = plan.seedCount.map { " of \($0)" } ?? ""
            return "\(summary.seeds)\(of) seeds, \(Int(summary.seedsPerSecond)) seeds/s, "
                + "\(counted(summary.failures.count, "distinct failure")) (\(summary.failed) runs), "
                + coverage(summary)
        }
    }

    private func coverage(_ summary: ExploreSummary) -> String {
        let (faults, marks) = (summary.coverage.faults, summary.coverage.marks)
        let of = plan.stopsWhenCovered ? " of \(faults.reached + faults.missing.count)" : ""
        let cells = "\(faults.reached)\(of) cells of fault and service"
        if marks.marks.isEmpty { return cells }
        return "\(cells), \(marks.marks.count - marks.missing.count) of \(counted(marks.marks.count, "mark"))"
    }

    /// What the search has not seen, or that it has seen all.
    private static func told(_ coverage: SearchCoverage) -> String {
        if coverage.isComplete { return "all was seen: every mark, and every fault at every service where it could happen\n" }
        let cells = coverage.faults.missing.map { "\($0.fault) at \($0.service)" }
        let marks = coverage.marks.missing.map { "'\($0.mark)' in \($0.id)" }
        let missing = cells + marks
        return missing.isEmpty
            ? "all that was possible was seen, some of it in one run alone: more may be possible\n"
            : "not seen: \(missing.joined(separator: ", "))\n"
    }

    /// The summary: which faults happened where, how much was run, and what to type next.
    public func end(_ summary: ExploreSummary, files: [String]) {
        line.clear()
        let coverage = summary.coverage
        write(coverage.faults.table(services: ServiceName.names).map { "  \($0)\n" }.joined())
        if plan.stopsWhenCovered {
            write(coverage.marks.table.map { "  \($0)\n" }.joined())
            write(Self.told(coverage))
        }
        if summary.notRun.count > 0 {
            write("could not run \(counted(summary.notRun.count, "case run")): \(summary.notRun.reason)\n")
        }
        let verdict = summary.failures.isEmpty ? "no failure" : counted(summary.failures.count, "distinct failure")
        let shown = isColoured ? (summary.failures.isEmpty ? verdict.green : verdict.red.bold) : verdict
        write(
            "\(shown) in \(counted(Int(summary.seeds), "seed")) (\(counted(summary.executed, "case run")), \(summary.failed) failed) "
                + "in \(summary.took.spoken), \(Int(summary.seedsPerSecond)) seeds/s\n")
        if !plan.stopsWhenCovered { write("seen: \(self.coverage(summary))\n") }
        if let fingerprint = summary.fingerprint { write("fingerprint \(fingerprint)\n") }
        if let file = files.first { write("replay: backlot replay \(ReplayCommand.quoted(file))\n") }
    }
}
