// Which cases are to run.

import Fixtures
public import Suites

/// Chooses cases by id.
public enum CaseSelection {
    /// The cases of the given ids, in the catalogue's order; all of them if none is given. Throws an `InputError`
    /// with the nearest id for one that does not exist.
    public static func select(_ ids: [String], from cases: [SuiteCase] = SuiteCatalogue.cases) throws -> [SuiteCase] {
        for id in ids where !cases.contains(where: { $0.id == id }) {
            throw InputError.unknown("case", id, known: cases.map(\.id))
        }
        return ids.isEmpty ? cases : cases.filter { ids.contains($0.id) }
    }
}
