// What reports say, and that programs can read it.

import Foundation
import Kernel
import Testing

@testable import Runner
@testable import Suites

#if canImport(FoundationXML)
    import FoundationXML
#endif

private let suiteCase = SuiteCase("e2e/a<b", "A case", layer: .flows, covers: ["E1.1"]) { _ in }

private func result(_ verdict: CaseVerdict) -> CaseResult { CaseResult(suiteCase: suiteCase, seed: 7, verdict: verdict) }

@Suite struct ReportTests {
    @Test func junitIsWellFormed() throws {
        let plan = plan(try blueprint(), cases: [suiteCase], users: 1)
        let report = JUnitReport(plan, command: ReplayCommand(["--users", "1"]))
        let hostile = "it said \"<&>\" and \u{0}\u{1B}[31m\n\tand more ]]> 🙂"
        for verdict: CaseVerdict in [
            .passed, .failed([Finding(user: "u", step: "s", hostile)]), .notRun(hostile), .skipped("why"),
        ] {
            report.observe(result(verdict))
        }
        let reader = JUnitReader()
        let parser = XMLParser(data: Data(report.text.utf8))
        parser.delegate = reader
        #expect(parser.parse())
        #expect(reader.counts["testcase"] == 4)
        #expect(reader.counts["failure"] == 1)
        #expect(reader.counts["error"] == 1)
        #expect(reader.counts["skipped"] == 1)
        #expect(reader.root["tests"] == "4" && reader.root["failures"] == "1" && reader.root["errors"] == "1")
        #expect(reader.text.contains("replay: backlot run 'e2e/a<b' --seed 7 --users 1"))
        #expect(reader.text.contains("u, s: it said \"<&>\""))
    }

    @Test func uncoveredLinesAreNamed() {
        let table = CoverageTable([suiteCase])
        #expect(table.uncovered.count == 53)
        #expect(table.uncovered.first == "E1.2")
        #expect(table.lines.contains("        e2e/a<b"))
        #expect(table.lines.count { $0 == "        NO CASE" } == 53)
    }
}

private final class JUnitReader: NSObject, XMLParserDelegate {
    var counts: [String: Int] = [:]
    var root: [String: String] = [:]
    var text = ""

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if counts.isEmpty { root = attributes }
        counts[name, default: 0] += 1
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}
