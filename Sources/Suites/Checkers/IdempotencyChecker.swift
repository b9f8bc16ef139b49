// An operation that is asked for again with the same key has one effect and one answer.

/// One attempt at an operation that has an idempotency key.
struct KeyedAttempt: Sendable {
    let key: String
    /// What was asked for; attempts with one key are to ask for the same.
    let request: String
    /// The answer, or that the reply was lost, or that it was refused.
    let outcome: Outcome<String>
}

/// Checks that repeated attempts, as after a lost reply, count once (IETF draft "The Idempotency-Key HTTP Header Field").
///
/// Attempts that were answered must be answered alike. If one was answered there is one effect; if all replies were lost,
/// one or none; if all were refused, none. O(n) for n attempts and effects.
enum IdempotencyChecker {
    /// What is wrong, in the order of the keys' first attempts. `effects` has the key of every effect that was found in the
    /// end, as often as it was found: rows, charges, messages.
    static func check(_ attempts: [KeyedAttempt], effects: [String]) -> [String] {
        var groups: [String: [KeyedAttempt]] = [:]
        var keys: [String] = []
        for attempt in attempts {
            if groups[attempt.key] == nil { keys.append(attempt.key) }
            groups[attempt.key, default: []].append(attempt)
        }
        var counts: [String: Int] = [:]
        var strays: [String] = []
        for key in effects {
            if groups[key] == nil, counts[key] == nil { strays.append(key) }
            counts[key, default: 0] += 1
        }
        return keys.flatMap { judge($0, groups[$0] ?? [], effects: counts[$0] ?? 0) }
            + strays.map { "there is an effect of key \($0), which nobody has used" }
    }

    private static func judge(_ key: String, _ attempts: [KeyedAttempt], effects: Int) -> [String] {
        var problems: [String] = []
        let answered = attempts.filter { $0.outcome.answer != nil }
        let requests = distinct(answered.map(\.request))
        let answers = distinct(answered.compactMap(\.outcome.answer))
        if requests.count > 1 {
            problems.append("key \(key) was accepted for different requests: \(requests.joined(separator: " / "))")
        } else if answers.count > 1 {
            problems.append("key \(key) was answered differently: \(answers.joined(separator: " / "))")
        }
        let lost = attempts.count { $0.outcome.certainty == .unknown }
        let said = "\(attempts.count) attempts, \(answered.count) answered, \(lost) with lost replies"
        if effects > 1 {
            problems.append("key \(key) has \(effects) effects after \(said)")
        } else if effects == 0, !answered.isEmpty {
            problems.append("key \(key) has no effect after \(said)")
        } else if effects == 1, answered.isEmpty, lost == 0 {
            problems.append("key \(key) has an effect, but all its attempts were refused")
        }
        return problems
    }

    private static func distinct(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return texts.filter { seen.insert($0).inserted }
    }
}
