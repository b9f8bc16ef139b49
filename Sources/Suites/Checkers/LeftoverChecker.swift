// When users have gone, what they took is given back: counts return to their base line.

/// Compares what is held with what was held before.
///
/// The base line is best taken after a first round has filled pools and caches. O(r) for r resources.
struct LeftoverChecker: Sendable {
    /// What is compared. What services forget only after some time is left out unless it is asked for.
    var resources: [Census.Resource] = [.webSockets, .runs, .waitingEvents, .tasks, .timers]
    /// How many more than before there may be of a resource, as of tasks where pools of connections breathe.
    var allowance: [Census.Resource: Int] = [:]

    /// What is left, resource by resource and table by table; empty if all was given back. Having less is no problem.
    func check(before: Census, after: Census) -> [String] {
        let counted = resources.compactMap { resource -> String? in
            guard let base = before.counts[resource], let now = after.counts[resource] else { return nil }
            let allowed = allowance[resource] ?? 0
            guard now > base + allowed else { return nil }
            return "\(now - base) \(resource.rawValue) are left: \(base) before, \(now) after"
                + (allowed > 0 ? ", of which \(allowed) may be" : "")
        }
        let rows = after.rows.compactMap { table -> String? in
            guard let base = before.rows.first(where: { $0.table == table.table })?.count, table.count > base else { return nil }
            return "\(table.count - base) rows are left in \(table.table): \(base) before, \(table.count) after"
        }
        return counted + rows
    }
}
