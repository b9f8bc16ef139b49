// What reads of registers tell of the order of transactions: less than lists, as a write hides what was before it.

/// Infers dependencies from registers with unique values: who reads a value comes after its writer, and before whoever
/// overwrote that value. A transaction overwrites what it had read; all overwrite the empty register; and in strict order
/// what ended earlier is overwritten by what began later. Linear in the steps, but for writes that overlap (Elle, section 4.3).
struct RegisterInference {
    private struct Reading {
        let transaction: Int
        let value: String?
    }

    private let transactions: [Transaction]
    private let isStrict: Bool
    private var writers: [String: KeyWriters] = [:]
    private var readings: [String: [Reading]] = [:]
    /// What a transaction had read of a key before it first wrote it.
    private var basis: [String: [Int: String?]] = [:]
    private var keys: [String] = []

    init(_ transactions: [Transaction], isStrict: Bool) {
        self.transactions = transactions
        self.isStrict = isStrict
    }

    mutating func infer(into result: inout Inference) {
        for index in transactions.indices {
            for step in transactions[index].steps {
                guard case .write(let key, let value) = step else { continue }
                note(key)
                writers[key]?.add(value, by: index)
            }
        }
        for index in transactions.indices where transactions[index].certainty == .done { collectReads(index, &result) }
        for key in keys { judge(key, &result) }
    }

    private mutating func note(_ key: String) {
        guard writers[key] == nil else { return }
        keys.append(key)
        writers[key] = KeyWriters()
    }

    private mutating func collectReads(_ index: Int, _ result: inout Inference) {
        var own: [String: String] = [:]
        var first: [String: String?] = [:]
        let transaction = transactions[index]
        for step in transaction.steps {
            switch step {
            case .write(let key, let value):
                if let read = first[key] {
                    basis[key, default: [:]][index] = .some(read)
                    result.updates[key, default: []].insert(index)
                }
                own[key] = value
            case .read(let key, let value):
                note(key)
                if let mine = own[key] {
                    guard value != mine else { continue }
                    result.violations.append(
                        TransactionViolation(
                            anomaly: .ownWriteUnseen, transactions: [transaction.name],
                            explanation: "\(transaction.said) read \(key) = \(value.spoken) after it had written \(mine)"))
                } else if first[key] == nil {
                    first[key] = .some(value)
                }
                readings[key, default: []].append(Reading(transaction: index, value: value))
            default: break
            }
        }
    }

    private func judge(_ key: String, _ result: inout Inference) {
        guard let written = writers[key] else { return }
        for value in written.reused {
            result.violations.append(
                TransactionViolation(
                    anomaly: .reusedValue, transactions: [],
                    explanation: "\(value) was written to \(key) more than once, so that reads of \(key) tell nothing"))
        }
        guard written.reused.isEmpty else { return }
        let overwriters = overwriters(key, written)
        var told: Set<String> = []
        for reading in readings[key] ?? [] {
            let reader = transactions[reading.transaction]
            let said = "\(reader.said) read \(key) = \(reading.value.spoken)"
            if let value = reading.value {
                let strange = strange(value, reading, written).map { anomaly, writer, why in
                    TransactionViolation(
                        anomaly: anomaly, transactions: writer + [reader.name], explanation: "\(said), \(why)")
                }
                if let strange, told.insert("\(strange.anomaly) \(value)").inserted { result.violations.append(strange) }
                guard let writer = written.writers[value]?.transaction, transactions[writer].certainty != .failed
                else { continue }
                result.add(
                    .writeRead, writer, reading.transaction, key: key, "\(said), which \(transactions[writer].said) wrote")
            }
            for writer in (overwriters[reading.value] ?? []) + later(than: reading.value, written) {
                result.add(
                    .readWrite, reading.transaction, writer, key: key,
                    "\(said), before \(transactions[writer].said) wrote another value")
            }
        }
    }

    private func strange(
        _ value: String, _ reading: Reading, _ written: KeyWriters
    ) -> (Anomaly, [String], String)? {
        guard let (index, isLast) = written.writers[value] else {
            return (.unwrittenValue, [], "but nobody has written \(value)")
        }
        let writer = transactions[index]
        if writer.certainty == .failed {
            return (.abortedRead, [writer.name], "but \(writer.said), who wrote it, was aborted")
        }
        guard !isLast, index != reading.transaction else { return nil }
        return (.intermediateRead, [writer.name], "but that was not the last that \(writer.said) wrote")
    }

    /// For each value the committed transactions that are known to have overwritten it.
    private func overwriters(_ key: String, _ written: KeyWriters) -> [String?: [Int]] {
        var found: [String?: [Int]] = [:]
        var seen: Set<Int> = []
        for value in written.values {
            guard let index = written.writers[value]?.transaction, transactions[index].certainty == .done,
                seen.insert(index).inserted
            else { continue }
            if let read = basis[key]?[index] {
                found[read, default: []].append(index)
                // What follows a value follows the empty register by way of it.
                let before = read.flatMap { written.writers[$0]?.transaction }
                if read == nil || before.map({ transactions[$0].certainty == .done }) ?? false { continue }
            }
            found[nil as String?, default: []].append(index)
        }
        return found
    }

    /// The writers that began after the writer of a value had ended, and none of them after another one had ended.
    private func later(than value: String?, _ written: KeyWriters) -> [Int] {
        guard isStrict, let value, let writer = written.writers[value]?.transaction, let end = transactions[writer].end
        else { return [] }
        var seen: Set<Int> = []
        let after = written.values.compactMap { written.writers[$0]?.transaction }.filter { index in
            transactions[index].certainty == .done && transactions[index].begin.map { $0 > end } ?? false
                && seen.insert(index).inserted
        }
        let first = after.compactMap { transactions[$0].end }.min()
        return after.filter { index in first.map { (transactions[index].begin ?? $0) <= $0 } ?? true }
    }
}

extension String? {
    /// A value as a report writes it.
    fileprivate var spoken: String { self ?? "nothing" }
}
