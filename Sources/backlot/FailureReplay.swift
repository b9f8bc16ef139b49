// A failure file, and the plan that runs it again.

import Faults
import Fixtures
import Foundation
import Runner
import Suites
import Worlds

/// A failure of a file, ready to be run again.
struct FailureReplay {
    let failure: FailureFile
    let suiteCase: SuiteCase
    private let blueprint: Blueprint
    private let collection: SuiteCatalogue.Collection

    /// Reads a file. Throws an `InputError` that says what is wrong with it.
    init(_ file: String) throws {
        failure = try FailureFile(URL(fileURLWithPath: file), name: file)
        collection = SuiteCatalogue.collect()
        let id = failure.id
        guard let suiteCase = collection.cases.first(where: { $0.id == id }) else {
            throw InputError.unknown("case", id, known: collection.cases.map(\.id), at: Place(file))
        }
        self.suiteCase = suiteCase
        var blueprint = Blueprint(.simulated, seed: failure.seed, fixtures: try Installation.fixtures())
        blueprint.deviations = Set(try failure.deviations.map { try DeviationCatalogue.deviation(named: $0, at: Place(file)) })
        self.blueprint = blueprint
    }

    /// The plan that runs one form of the failure again, to its end or until a virtual time.
    func plan(_ form: FailureFile.Form, keepsTrace: Bool = false, until limit: Duration? = nil) -> RunPlan {
        var blueprint = blueprint
        blueprint.faults = FaultPlan(repeating: form.list)
        blueprint.keepsTrace = keepsTrace
        blueprint.timeLimit = limit
        return RunPlan(
            cases: [suiteCase], of: collection, seeds: [failure.seed],
            setting: CaseSetting(users: form.users, steps: form.steps), blueprint: blueprint, width: 1)
    }
}
