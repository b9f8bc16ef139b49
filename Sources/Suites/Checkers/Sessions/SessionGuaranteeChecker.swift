// Sessions see their own writes, never go back in time, and have their writes follow what they have seen.

/// Checks the session guarantees in a history of register reads and writes.
///
/// Each process is a session. The guarantees give an order in which the writes of a key must have taken effect; where the
/// service tells versions they decide each requirement by itself, and else the requirements must not form a ring. All
/// sessions are taken to agree on one order of the writes of a key. O(n k) for n operations over k keys.
struct SessionGuaranteeChecker: Sendable {
    /// Which guarantees are to hold. What one session sees of another's writes needs monotonic reads as well.
    var guarantees = Set(SessionGuarantee.allCases)

    /// What broke a guarantee, in the order of the history: first what versions tell, then rings, key by key.
    func check(_ history: History<VersionedAction, VersionedAnswer>) -> [SessionViolation] {
        let order = SessionOrder(history.operations, guarantees)
        let versions = Self.versions(history.operations)
        var violations: [SessionViolation] = []
        var open: [RequiredOrder] = []
        for required in order.required {
            let older = required.older.map { versions[required.key]?[$0] } ?? .min
            let newer = required.newer.map { versions[required.key]?[$0] } ?? .min
            if required.newer == nil {
                violations.append(violation([required]))
            } else if let older, let newer {
                guard older >= newer else { continue }
                let told = "version \(newer) against version \(older)"
                violations.append(
                    SessionViolation(
                        guarantees: required.guarantees, key: required.key, explanation: "\(required.reason) (\(told))"))
            } else if required.older != nil {
                open.append(required)
            }
        }
        return violations + rings(open, versions)
    }

    /// What makes a history unfit to be judged, or shows values from nowhere.
    func problems(_ history: History<VersionedAction, VersionedAnswer>) -> [String] {
        SessionOrder(history.operations, guarantees).problems
    }

    /// The version of each value, from whoever was told it.
    private static func versions(_ operations: [SessionOrder.Register]) -> [String: [String: Int]] {
        var versions: [String: [String: Int]] = [:]
        for operation in operations {
            guard let answer = operation.outcome.answer, let version = answer.version else { continue }
            if case .write(let key, let value) = operation.action { versions[key, default: [:]][value] = version }
            if case .read(let key) = operation.action, let value = answer.value { versions[key, default: [:]][value] = version }
        }
        return versions
    }

    private func violation(_ ring: [RequiredOrder]) -> SessionViolation {
        let needed = SessionGuarantee.allCases.filter { guarantee in ring.contains { $0.guarantees.contains(guarantee) } }
        return SessionViolation(
            guarantees: needed, key: ring[0].key, explanation: ring.map(\.reason).joined(separator: "; "))
    }

    /// The requirements that no order of writes can fulfil: the shortest ring of each knot.
    private func rings(_ required: [RequiredOrder], _ versions: [String: [String: Int]]) -> [SessionViolation] {
        var keys: [String] = []
        var byKey: [String: [RequiredOrder]] = [:]
        for order in required {
            if byKey[order.key] == nil { keys.append(order.key) }
            byKey[order.key, default: []].append(order)
        }
        return keys.flatMap { key -> [SessionViolation] in
            var numbers: [String?: Int] = [:]
            func number(_ value: String?) -> Int {
                if let number = numbers[value] { return number }
                numbers[value] = numbers.count
                return numbers.count - 1
            }
            let edges = (byKey[key] ?? []).map { CycleSearch.Edge(from: number($0.older), to: number($0.newer)) }
            // Versions that are known order their values; no requirement is behind these edges.
            let known = (versions[key] ?? [:]).filter { numbers[$0.key] != nil }.sorted { $0.value < $1.value }
            let told = zip(known, known.dropFirst()).map {
                CycleSearch.Edge(from: number($0.0.key), to: number($0.1.key))
            }
            let search = CycleSearch(nodes: numbers.count, edges: edges + told)
            return search.knots().compactMap { knot in
                search.shortestCycle(in: knot).map { cycle in
                    violation(cycle.filter { $0 < edges.count }.map { (byKey[key] ?? [])[$0] })
                }
            }
        }
    }
}
