// What --faults takes: names, plans in YAML, decision lists; and what is said of anything else.

import Faults
import Fixtures
import Foundation
import Testing
import Worlds

@Suite struct FaultArgumentTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fixtures/faults").standardizedFileURL

    @Test func names() throws {
        for name in FaultPlan.names { #expect(try FaultPlan.from(argument: name).isEmpty == (name == "none")) }
        let both = try FaultPlan.from(argument: "light").adding(["agent->llm: reset@2"])
        #expect(both.faults.last?.text == "agent->llm: reset@2")
        let thrown = #expect(throws: InputError.self) { try FaultPlan.from(argument: "swrm") }
        #expect(thrown?.description.hasPrefix("--faults: No fault plan is named 'swrm'. Did you mean 'swarm'?") ?? false)
    }

    @Test func thePlansOfTheRepositoryAreRead() throws {
        let files = try FileManager.default.contentsOfDirectory(at: Self.folder, includingPropertiesForKeys: nil)
        #expect(!files.isEmpty)
        for file in files where !file.lastPathComponent.hasSuffix(".schema.json") {
            #expect(try !FaultPlan.from(argument: file.path).faults.isEmpty, "\(file.lastPathComponent)")
        }
    }

    @Test func decisionsAreRepeated() throws {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "decisions-\(ProcessInfo.processInfo.processIdentifier).json")
        defer { try? FileManager.default.removeItem(at: file) }
        let decision = FaultDecision(site: .delivery, actor: "user-1->auth->", occurrence: 1, fault: "reset", verdict: .reset)
        try DecisionList([decision]).text.write(to: file, atomically: true, encoding: .utf8)
        let plan = try FaultPlan.from(argument: file.path)
        #expect(plan.decisions == DecisionList([decision]))
        #expect(throws: InputError.self) { try plan.adding(["agent->llm: reset@2"]) }
        let missing = #expect(throws: InputError.self) { try FaultPlan.from(argument: "/nowhere/list.json") }
        #expect(missing?.description == "/nowhere/list.json: This file cannot be read, or is not UTF-8.")
    }
}
