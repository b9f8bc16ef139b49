// Which cases are to run.

import Fixtures
public import Suites

/// What a selection asks for. Every part that is given must hold.
public struct CaseSelection: Sendable {
    /// The ids of cases; all, if empty.
    public var ids: [String] = []
    /// Categories; all, if empty. Commas separate several in one text.
    public var categories: [String] = []
    /// A boolean expression over markers.
    public var markers: String?
    /// A boolean expression over parts of ids and titles, upper and lower case alike.
    public var keywords: String?
    /// Lines of the plan; a case is chosen that covers one of them.
    public var covers: [String] = []

    /// A selection of everything.
    public init() {}

    /// The chosen cases, in their order. Throws an `InputError` with the nearest name for a case, category, marker or
    /// line that does not exist: what is misspelt must not look like nothing to run.
    public func select(from cases: [SuiteCase]) throws -> [SuiteCase] {
        for id in ids where !cases.contains(where: { $0.id == id }) {
            throw InputError.unknown("case", id, known: cases.map(\.id))
        }
        let categories = try chosenCategories()
        for line in covers where TestPlan.line(line) == nil {
            throw InputError.unknown("line of the plan", line, known: TestPlan.lines.map(\.id), at: Place("--covers"))
        }
        let markers = try markers.map { try NameExpression($0, source: "-m") }
        for marker in markers?.names ?? [] where !TestPlan.markers.contains(marker) {
            throw InputError.unknown("marker", marker, known: TestPlan.markers, at: Place("-m"))
        }
        let keywords = try keywords.map { try NameExpression($0, source: "-k") }
        return cases.filter { suiteCase in
            (ids.isEmpty || ids.contains(suiteCase.id))
                && (categories.isEmpty || categories.contains(suiteCase.category))
                && (covers.isEmpty || suiteCase.covers.contains(where: covers.contains))
                && markers?.holds(Set(suiteCase.markers).contains) ?? true
                && keywords?.holds(Self.texts(suiteCase)) ?? true
        }
    }

    private static func texts(_ suiteCase: SuiteCase) -> (String) -> Bool {
        let text = "\(suiteCase.id) \(suiteCase.title)".lowercased()
        return { text.contains($0.lowercased()) }
    }

    private func chosenCategories() throws -> [String] {
        let named = categories.flatMap { $0.split(separator: ",").map(String.init) }
        for category in named where !TestPlan.categories.contains(category) {
            throw InputError.unknown("category", category, known: TestPlan.categories, at: Place("--category"))
        }
        if !categories.isEmpty && named.isEmpty {
            throw InputError(
                "No category is given. Known: \(TestPlan.categories.joined(separator: ", ")).", at: Place("--categories"))
        }
        return named
    }

    /// Whether a case of this category could have been chosen: its collection errors then count.
    public func reaches(category: String) -> Bool {
        guard let chosen = try? chosenCategories() else { return true }
        return chosen.isEmpty || chosen.contains(category)
    }
}
