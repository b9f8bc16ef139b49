// Which cases: the options that 'run', 'list' and 'verify-suites' share.

import ArgumentParser
import Fixtures
import Foundation
import Runner
import Suites

/// The selection of cases on the command line.
struct SelectionOptions: ParsableArguments {
    @Argument(help: "The ids of cases; all, if none is given.") var cases: [String] = []
    @Option(help: "A category: e2e, staging, multi_user or isolation. May be given several times.")
    var category: [String] = []
    @Option(parsing: .upToNextOption, help: "Categories, separated by commas or spaces.") var categories: [String] = []
    @Option(
        name: .customShort("m"), help: ArgumentHelp("Markers: a name, 'and', 'or', 'not', parentheses.", valueName: "expression"))
    var markers: String?
    @Option(name: .customShort("k"), help: ArgumentHelp("Parts of ids and titles, in the same way.", valueName: "expression"))
    var keywords: String?
    @Option(help: "A line of the plan, such as E1.2. May be given several times.") var covers: [String] = []

    /// What was collected, and what was chosen of it. Throws a `UsageError` for a name that does not exist.
    func select() throws -> (collection: SuiteCatalogue.Collection, selection: CaseSelection, chosen: [SuiteCase]) {
        var collection = SuiteCatalogue.collect()
        let kept = try Installation.keptFailures(of: collection.cases)
        collection.add(kept)
        var selection = CaseSelection()
        selection.ids = cases
        selection.categories = category + categories
        selection.markers = markers
        selection.keywords = keywords
        selection.covers = covers
        let chosen = try UsageError.from { try selection.select(from: collection.cases) }
        return (collection, selection, chosen)
    }
}

extension CaseSelection {
    /// The errors of a collection that concern what is selected.
    func errors(of collection: SuiteCatalogue.Collection) -> [CollectionError] {
        collection.errors.filter { reaches(category: $0.category) }
    }
}
