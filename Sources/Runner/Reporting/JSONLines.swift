// A run for programs: one JSON object a line, the first says the version, the last is the summary.

import Foundation
import Kernel
import Suites
import Wire
import Worlds

/// Writes a run as JSON lines (cli.md: `--json`).
public struct JSONLines: Sendable {
    private let write: @Sendable (String) -> Void

    /// Lines that `write` puts out, line ends included.
    public init(write: @escaping @Sendable (String) -> Void) { self.write = write }

    /// `{"kind":"run","version":1,...}`
    public func begin(_ plan: RunPlan, build: Build) {
        put([
            "kind": "run", "version": 1, "seed": Self.seed(plan.seeds.first ?? 0),
            "seeds": .integer(Int64(plan.seeds.count)), "users": .integer(Int64(plan.setting.users)),
            "world": .string(plan.blueprint.kind.rawValue), "build": .string(build.configuration),
            "backlot": .string(build.version), "commit": build.commit.map(JSONValue.string) ?? .null,
            "cases": .array(plan.cases.map { .string($0.id) }), "notes": Self.texts(plan.notes),
        ])
    }

    /// `{"kind":"case",...}`
    public func observe(_ result: CaseResult) {
        var line: JSONValue = [
            "kind": "case", "id": .string(result.id), "seed": Self.seed(result.seed),
            "category": .string(result.suiteCase.category), "layer": .string(result.suiteCase.layer.rawValue),
            "covers": Self.texts(result.suiteCase.covers), "markers": Self.texts(result.suiteCase.markers),
            "fingerprint": Self.text(result.fingerprint), "virtual_seconds": .number(result.elapsed.seconds),
            "real_seconds": .number(result.took.seconds), "faults": Self.texts(result.faults),
        ]
        switch result.verdict {
        case .passed: line["outcome"] = "passed"
        case .failed(let findings):
            line["outcome"] = "failed"
            line["findings"] = .array(
                findings.map { ["user": .string($0.user), "step": .string($0.step), "message": .string($0.message)] })
        case .notRun(let reason):
            line["outcome"] = "not run"
            line["reason"] = .string(reason)
        case .skipped(let reason):
            line["outcome"] = "skipped"
            line["reason"] = .string(reason)
        }
        if let twin = result.twin { line["comparison"] = twin.json }
        put(line)
    }

    /// `{"kind":"summary",...}`
    public func end(_ summary: RunSummary, command: ReplayCommand) {
        var line: JSONValue = [
            "kind": "summary", "declared": .integer(Int64(summary.declared)), "collected": .integer(Int64(summary.collected)),
            "selected": .integer(Int64(summary.selected)), "planned": .integer(Int64(summary.planned)),
            "executed": .integer(Int64(summary.executed)),
            "passed": .integer(Int64(summary.passed)), "failed": .integer(Int64(summary.failed)),
            "not_run": .integer(Int64(summary.notRun)), "skipped": .integer(Int64(summary.skipped)),
            "collection_errors": .integer(Int64(summary.collectionErrors)),
            "real_seconds": .number(summary.took.seconds), "virtual_seconds": .number(summary.elapsed.seconds),
            "fingerprint": Self.text(summary.fingerprint), "exit": .integer(Int64(summary.exitCode)),
            "replay": summary.failure.map { .string(command.line($0)) } ?? .null,
        ]
        if summary.twins.summary != nil { line["comparison"] = summary.twins.json }
        put(line)
    }

    func put(_ value: JSONValue) { write(value.text + "\n") }

    /// A seed as a number; as a text only where JSON readers could not hold it.
    static func seed(_ seed: UInt64) -> JSONValue {
        Int64(exactly: seed).map(JSONValue.integer) ?? .string("\(seed)")
    }

    static func texts(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
    static func text(_ fingerprint: Fingerprint?) -> JSONValue { fingerprint.map { .string("\($0)") } ?? .null }
}

extension Duration {
    var seconds: Double { Double(nanosecondsClamped) / 1e9 }
}
