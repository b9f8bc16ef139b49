// A search for programs: the lines of its cases, of its failures, and its summary.

import Faults
import Suites
import Wire

extension JSONLines {
    /// `{"kind":"run","version":1,"command":"explore",...}`
    public func begin(_ plan: ExplorePlan, build: Build) {
        put([
            "kind": "run", "version": 1, "command": "explore", "seed": Self.seed(plan.firstSeed),
            "last_seed": plan.lastSeed.map(Self.seed) ?? .null, "users": JSONValue(plan.run.setting.users),
            "world": "simulated", "build": .string(build.configuration), "backlot": .string(build.version),
            "commit": JSONValue(build.commit), "cases": .array(plan.run.cases.map { .string($0.id) }),
            "notes": Self.texts(plan.run.notes),
        ])
    }

    /// `{"kind":"case",...}`, `{"kind":"failure",...}` when one is found, `{"kind":"shrunk",...}` when it is shrunk.
    public func observe(_ event: ExploreEvent, file: String?) {
        switch event {
        case .ran(let result): observe(result)
        case .failed(let failure): put(Self.line("failure", failure, file))
        case .shrunk(let failure): put(Self.line("shrunk", failure, file))
        }
    }

    private static func line(_ kind: String, _ failure: DistinctFailure, _ file: String?) -> JSONValue {
        var line: JSONValue = [
            "kind": .string(kind), "id": .string(failure.result.id), "seed": seed(failure.result.seed),
            "signature": .string(failure.signature), "faults": JSONValue(failure.result.faults.count), "file": JSONValue(file),
        ]
        if let shrunk = failure.shrunk {
            for (name, value) in shrunk.list.members { line[name] = value }
            line["departures"] = texts(shrunk.departures)
            line["users"] = JSONValue(shrunk.users)
            line["fingerprint"] = text(shrunk.fingerprint)
            line["trials"] = JSONValue(shrunk.trials)
            line["real_seconds"] = .number(shrunk.took.seconds)
        }
        return line
    }

    /// `{"kind":"summary",...}`
    public func end(_ summary: ExploreSummary, files: [String]) {
        put([
            "kind": "summary", "seeds": JSONValue(Int(clamping: summary.seeds)), "executed": JSONValue(summary.executed),
            "failed": JSONValue(summary.failed), "not_run": JSONValue(summary.notRun.count),
            "marks": .array(
                summary.coverage.marks.marks.map {
                    ["case": .string($0.id), "mark": .string($0.mark), "seen": JSONValue($0.seen), "runs": JSONValue($0.runs)]
                }),
            "fault_cells": JSONValue(summary.coverage.faults.reached),
            "fault_cells_missing": .array(
                summary.coverage.faults.missing.map { ["fault": .string($0.fault), "service": .string($0.service)] }),
            "failures": JSONValue(summary.failures.count), "files": Self.texts(files),
            "real_seconds": .number(summary.took.seconds), "fingerprint": Self.text(summary.fingerprint),
            "exit": .integer(Int64(summary.exitCode)),
        ])
    }
}
