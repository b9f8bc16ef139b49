// A case at work: its world, what the run has decided, and what has been found so far.

import Kernel
import Synchronization
import Worlds

/// Where a case acts. Users act on it at once, each on a journey of its own.
final class Stage: Sendable {
    let world: World
    let setting: CaseSetting
    private let found = Mutex(CaseReport())

    init(_ world: World, _ setting: CaseSetting) {
        self.world = world
        self.setting = setting
    }

    /// What has been found so far.
    var report: CaseReport { found.withLock { $0 } }

    /// The names of the users of this run.
    var users: [String] { (1...setting.users).map { "user-\($0)" } }

    /// The names of the users of this run, or more of them where there must be so many for anything to be shown.
    func users(atLeast count: Int) -> [String] { (1...max(count, setting.users)).map { "user-\($0)" } }

    /// Has one user go through `body`. Returns nil where the journey ended before its end; why is in the report.
    @discardableResult
    func journey<Result: Sendable>(_ user: String, _ body: (Journey) async throws -> Result) async -> Result? {
        let journey = Journey(user, in: world)
        let result = await journey.carryOut(body)
        found.withLock { $0.add(journey.report) }
        return result
    }

    /// Has users go through `body` at once, and waits for all of them. The report has them in the order given, whoever
    /// was first; so have the results, nil where a journey ended before its end.
    @discardableResult
    func everyUser<Result: Sendable>(
        of users: [String]? = nil, _ body: @escaping @Sendable (Journey) async throws -> Result
    ) async -> [Result?] {
        let users = users ?? self.users
        let outcomes = await withTaskGroup(of: (Int, CaseReport, Result?).self) { group in
            for (index, user) in users.enumerated() {
                group.addTask { [world] in
                    Simulation.nameTask(user)
                    let journey = Journey(user, in: world)
                    let result = await journey.carryOut(body)
                    return (index, journey.report, result)
                }
            }
            var outcomes: [(Int, CaseReport, Result?)] = []
            for await outcome in group { outcomes.append(outcome) }
            return outcomes.sorted { $0.0 < $1.0 }
        }
        found.withLock { report in outcomes.forEach { report.add($0.1) } }
        return outcomes.map(\.2)
    }
}
