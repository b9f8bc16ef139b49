// The house rules as a test over the repository's own sources: every finding is a file, a line and what to do instead.

import Testing

@Suite struct HouseRuleTests {
    private let sources: [SourceFile]
    private let tests: [SourceFile]

    init() throws {
        sources = try SourceFile.all(below: "Sources")
        tests = try SourceFile.all(below: "Tests")
        try #require(sources.count > 50, "the sources were not found")
    }

    @Test func filesAreShort() {
        let lengths = sources.map(\.length).sorted()
        print("source files: \(lengths.count), median \(lengths[lengths.count / 2]) lines, longest \(lengths.last ?? 0)")
        #expect(lengths[lengths.count / 2] < 120)
        expectNone(
            (sources + tests).filter { $0.length > 600 }.map { "\($0.path): \($0.length) lines; split it, 600 is the limit" })
    }

    @Test func everyFileSaysWhatItIsFor() {
        expectNone(
            (sources + tests).filter { !($0.lines.first ?? "").hasPrefix("//") }.map {
                "\($0.path):1: begin with a // comment that says its purpose and its place"
            })
    }

    @Test func timeAndChanceComeFromTheWorld() {
        let banned = [
            ("Date()", "context.clock.now"), ("UUID()", "context.chance.uuid(_:)"), (".random(", "context.chance.draw(_:)"),
            ("DispatchQueue", "a Task"), ("Thread.sleep", "context.clock.sleep(for:)"),
            ("ContinuousClock()", "context.clock"), ("ContinuousClock.now", "context.clock.now"),
            ("SystemRandomNumberGenerator", "context.chance"), ("usleep(", "context.clock.sleep(for:)"),
        ]
        let folders = ["Services", "Mesh", "Faults", "Stores", "Suites"].map { "Sources/\($0)/" }
        let simulated = sources.filter { file in folders.contains { file.path.hasPrefix($0) } }
        #expect(simulated.count > 30)
        expectNone(
            simulated.flatMap { file in
                file.code.enumerated().flatMap { index, line in
                    banned.filter { Self.calls(line, $0.0) }.map { "\(file.path):\(index + 1): instead of \($0.0) use \($0.1)" }
                }
            })
    }

    @Test func uncheckedSendableIsExplained() {
        expectNone(
            (sources + tests).flatMap { file in
                zip(file.lines, file.code).enumerated().compactMap { index, line in
                    guard line.1.contains("@unchecked Sendable") else { return nil }
                    return line.0.contains("// because ")
                        ? nil : "\(file.path):\(index + 1): say why after @unchecked Sendable: // because ..."
                }
            })
    }

    @Test func namesSayWhatAFileHolds() {
        let banned = ["Utils", "Util.", "Helper", "Manager", "Common"]
        expectNone(
            (sources + tests).flatMap { file in
                let name = file.path.split(separator: "/").last.map(String.init) ?? ""
                return banned.filter { name.contains($0) }.map { "\(file.path): name it by what it holds, not '\($0)'" }
            })
    }

    @Test func functionsAreShort() {
        var count = 0
        expectNone(
            (sources + tests).flatMap { file in
                let functions = file.functions
                count += functions.count
                return functions.filter { $0.length >= 70 }.map {
                    "\(file.path):\($0.line): \($0.length) lines; divide the function, 70 is the limit"
                }
            })
        #expect(count > 500, "the brace counter found only \(count) functions")
    }

    @Test func theCounterCounts() {
        let text = """
            // A sample.
            struct Sample {
                init(_ text: String) { self.text = "}" }
                func long(
                    _ number: Int
                ) -> Int {
                    if number > 1 { // }
                        return 2
                    }
                    return 1
                }
                let text: String
            }
            """
        let functions = SourceFile(path: "Sample.swift", text: text).functions
        #expect(functions.map(\.line) == [3, 4])
        #expect(functions.map(\.length) == [1, 8])
        #expect(Self.calls("let now = Date()", "Date()"))
        #expect(!Self.calls("let day = CivilDate()", "Date()"))
        #expect(SourceFile(path: "", text: "let a = \"Date()\" // Date()").code == ["let a =  "])
    }

    /// Whether a line has the text, not as the end of a longer name.
    private static func calls(_ line: String, _ text: String) -> Bool {
        var rest = line[...]
        while let range = rest.firstRange(of: text) {
            let before = rest[..<range.lowerBound].last
            if text.hasPrefix(".") || !(before.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false) { return true }
            rest = rest[range.upperBound...]
        }
        return false
    }

    private func expectNone(_ findings: [String], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))", sourceLocation: sourceLocation)
    }
}
