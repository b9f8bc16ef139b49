// Which cases an expression, a category or an id selects, and what is said of names that do not exist.

import Fixtures
import Runner
import Testing

@testable import Suites

private func suiteCase(_ id: String, covers: [String], catches: [String] = []) -> SuiteCase {
    SuiteCase(id, "Shows \(id)", layer: .flows, covers: covers, catches: catches) { _ in }
}

private let cases = [
    suiteCase("e2e/login", covers: ["E1.1"]), suiteCase("e2e/socket", covers: ["E2.1"]),
    suiteCase("multi_user/crowd", covers: ["M1.1"]), suiteCase("isolation/rows", covers: ["M2.1", "E1.2"]),
]

@Suite struct SelectionTests {
    private func ids(_ change: (inout CaseSelection) -> Void) throws -> [String] {
        var selection = CaseSelection()
        change(&selection)
        return try selection.select(from: cases).map(\.id)
    }

    @Test(
        arguments: [
            ("auth_flow", ["e2e/login", "isolation/rows"]), ("auth_flow and golden_path", ["e2e/login", "isolation/rows"]),
            ("not auth_flow", ["e2e/socket", "multi_user/crowd"]), ("e2e and not (auth_flow or database)", ["e2e/socket"]),
            ("not docker_required", ["e2e/login", "e2e/socket", "multi_user/crowd", "isolation/rows"]),
            ("auth_flow or websocket_events and revenue_protection", ["e2e/login", "e2e/socket", "isolation/rows"]),
            ("docker_required", []), ("not not e2e", ["e2e/login", "e2e/socket"]), ("(((isolation)))", ["isolation/rows"]),
        ])
    func markers(expression: String, expected: [String]) throws {
        #expect(try ids { $0.markers = expression } == expected)
    }

    @Test(arguments: [
        "", "and", "e2e and", "(e2e", "e2e)", "e2e isolation", "not", "()", "or e2e", String(repeating: "(", count: 5000),
    ])
    func brokenExpressionsAreRefused(expression: String) {
        #expect(throws: InputError.self) { try ids { $0.markers = expression } }
    }

    @Test func otherParts() throws {
        #expect(try ids { $0.keywords = "SOCKET or rows" } == ["e2e/socket", "isolation/rows"])
        #expect(try ids { $0.categories = ["multi_user,isolation"] } == ["multi_user/crowd", "isolation/rows"])
        #expect(try ids { $0.categories = ["multi_user", "isolation"] } == ["multi_user/crowd", "isolation/rows"])
        #expect(try ids { $0.covers = ["E1.2"] } == ["isolation/rows"])
        #expect(try ids { $0.ids = ["e2e/socket", "e2e/login"] } == ["e2e/login", "e2e/socket"])
        #expect(
            try ids {
                $0.categories = ["e2e"]
                $0.keywords = "login"
            } == ["e2e/login"])
    }

    @Test func unknownNamesAreSaid() {
        func message(_ change: (inout CaseSelection) -> Void) -> String {
            do { return "\(try ids(change))" } catch { return "\(error)" }
        }
        #expect(message { $0.markers = "auth_flw" }.contains("Did you mean 'auth_flow'?"))
        #expect(message { $0.categories = ["e3e"] }.contains("Did you mean 'e2e'?"))
        #expect(message { $0.categories = [","] }.contains("No category is given."))
        #expect(message { $0.ids = ["e2e/logn"] }.contains("Did you mean 'e2e/login'?"))
        #expect(message { $0.covers = ["E1.9"] }.contains("No line of the plan is named 'E1.9'."))
    }

    @Test func casesThatContradictThePlanAreNotCollected() {
        let declared = [
            cases[0], suiteCase("e2e/login", covers: ["E1.1"]), suiteCase("other/x", covers: ["E1.1"]),
            suiteCase("e2e/nothing", covers: []), suiteCase("e2e/line", covers: ["E9.9"]),
            suiteCase("e2e/wrong", covers: ["M1.1"]), suiteCase("e2e/bug", covers: ["E1.1"], catches: ["no-such-bug"]),
        ]
        let collection = SuiteCatalogue.collect(declared, bugs: ["a-bug"])
        #expect(collection.declared == 7)
        #expect(collection.cases.map(\.id) == ["e2e/login"])
        #expect(Set(collection.errors.map(\.id)) == ["e2e/login", "other/x", "e2e/nothing", "e2e/line", "e2e/wrong", "e2e/bug"])
    }

    @Test func everyDeclaredCaseIsCollected() {
        let collection = SuiteCatalogue.collect()
        #expect(collection.errors == [])
        #expect(collection.cases.count == SuiteCatalogue.cases.count)
    }

    @Test func thePlanIsWhole() {
        #expect(TestPlan.lines.count == 54)
        #expect(Set(TestPlan.lines.map(\.id)).count == 54)
        #expect(Set(TestPlan.lines.map(\.category)) == Set(TestPlan.categories))
    }
}
