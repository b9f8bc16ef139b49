// What reads of lists tell of the order of transactions: a list that is read holds its whole history.

/// Infers dependencies from lists that are appended to and read (Kingsbury and Alvaro, "Elle: Inferring Isolation Anomalies
/// from Experimental Observations", VLDB 2020). Linear in the lengths of the lists read, but for appends that nobody saw.
struct ListAppendInference {
    private struct Reading {
        let transaction: Int
        let list: [String]
        /// How much of the list is not the end that the transaction had appended itself. What others do not see yet has no
        /// place in the order of writes.
        let outside: Int

        var order: ArraySlice<String> { list[..<outside] }
    }

    private let transactions: [Transaction]
    private var readings: [String: [Reading]] = [:]
    private var writers: [String: KeyWriters] = [:]
    private var keys: [String] = []

    init(_ transactions: [Transaction]) { self.transactions = transactions }

    mutating func infer(into result: inout Inference) {
        for index in transactions.indices { collectAppends(index) }
        for index in transactions.indices where transactions[index].certainty == .done { collectReads(index, &result) }
        for key in keys { judge(key, &result) }
    }

    private mutating func note(_ key: String) {
        guard writers[key] == nil else { return }
        keys.append(key)
        writers[key] = KeyWriters()
    }

    private mutating func collectAppends(_ index: Int) {
        for step in transactions[index].steps {
            guard case .append(let key, let value) = step else { continue }
            note(key)
            writers[key]?.add(value, by: index)
        }
    }

    private mutating func collectReads(_ index: Int, _ result: inout Inference) {
        var own: [String: [String]] = [:]
        var hasRead: Set<String> = []
        let transaction = transactions[index]
        for step in transaction.steps {
            switch step {
            case .append(let key, let value):
                own[key, default: []].append(value)
                if hasRead.contains(key) { result.updates[key, default: []].insert(index) }
            case .readList(let key, let list):
                note(key)
                let mine = own[key] ?? []
                let members = Set(mine)
                if list.filter({ members.contains($0) }) != mine {
                    result.violations.append(
                        TransactionViolation(
                            anomaly: .ownWriteUnseen, transactions: [transaction.name],
                            explanation:
                                "\(transaction.said) read \(key) = \(list.spoken) after it had appended \(mine.spoken)"))
                }
                if mine.isEmpty { hasRead.insert(key) }
                let ownCount = list.reversed().prefix { members.contains($0) }.count
                readings[key, default: []].append(
                    Reading(transaction: index, list: list, outside: list.count - ownCount))
            default: break
            }
        }
    }

    private func judge(_ key: String, _ result: inout Inference) {
        guard let written = writers[key] else { return }
        let readings = readings[key] ?? []
        for value in written.reused {
            result.violations.append(
                TransactionViolation(
                    anomaly: .reusedValue, transactions: [],
                    explanation: "\(value) was appended to \(key) more than once, so that reads of \(key) tell nothing"))
        }
        let wrong = strangeReads(key, readings, written)
        result.violations += wrong
        // The longest list that was read has the order of all that anybody saw.
        guard var longest = readings.first, written.reused.isEmpty else { return }
        for reading in readings where reading.outside > longest.outside { longest = reading }
        if let other = readings.first(where: { !longest.order.starts(with: $0.order) }) {
            let (one, two) = (transactions[other.transaction], transactions[longest.transaction])
            result.violations.append(
                TransactionViolation(
                    anomaly: .incompatibleOrder, transactions: [one.name, two.name],
                    explanation: "\(one.said) read \(key) = \(other.list.spoken), but \(two.said) \(longest.list.spoken)"))
            return
        }
        if Set(longest.order).count < longest.outside { return }
        relate(key, Array(longest.order), readings, written, &result)
    }

    /// Values that nobody has written, that were taken back, that were not the last word, or that come twice.
    private func strangeReads(_ key: String, _ readings: [Reading], _ written: KeyWriters) -> [TransactionViolation] {
        var told: Set<String> = []
        var found: [TransactionViolation] = []
        func tell(_ anomaly: Anomaly, _ value: String, _ others: [String], _ reading: Reading, _ why: String) {
            guard told.insert("\(anomaly.rawValue) \(value)").inserted else { return }
            let reader = transactions[reading.transaction]
            found.append(
                TransactionViolation(
                    anomaly: anomaly, transactions: others + [reader.name],
                    explanation: "\(reader.said) read \(key) = \(reading.list.spoken), \(why)"))
        }
        for reading in readings {
            var seen: Set<String> = []
            for value in reading.list {
                if !seen.insert(value).inserted { tell(.doubledValue, value, [], reading, "with \(value) twice") }
                guard let (index, _) = written.writers[value] else {
                    tell(.unwrittenValue, value, [], reading, "but nobody has appended \(value)")
                    continue
                }
                let writer = transactions[index]
                if writer.certainty == .failed {
                    tell(.abortedRead, value, [writer.name], reading, "but \(writer.said), who appended \(value), was aborted")
                }
            }
            if let last = reading.list.last, let (index, isLast) = written.writers[last], !isLast, index != reading.transaction {
                let writer = transactions[index]
                tell(
                    .intermediateRead, last, [writer.name], reading,
                    "but \(last) was not the last that \(writer.said) appended")
            }
        }
        return found
    }

    private func relate(
        _ key: String, _ order: [String], _ readings: [Reading], _ written: KeyWriters, _ result: inout Inference
    ) {
        /// The writers in the order of their values, without those that were taken back.
        let chain = order.map { written.writers[$0]?.transaction }.map { index in
            index.flatMap { transactions[$0].certainty == .failed ? nil : $0 }
        }
        // What is committed and in no list that was read must have come after all that is.
        let seen = Set(order)
        let unseen = written.values.filter { value in
            !seen.contains(value) && written.writers[value].map { transactions[$0.transaction].certainty == .done } ?? false
        }.compactMap { value in written.writers[value].map { (value, $0.transaction) } }
        var earlier: (value: String, writer: Int)?
        for (value, writer) in zip(order, chain) {
            guard let writer else { continue }
            if let earlier {
                result.add(
                    .writeWrite, earlier.writer, writer, key: key,
                    "\(transactions[writer].said) appended \(value) to \(key) after \(earlier.value) of \(transactions[earlier.writer].name)"
                )
            }
            earlier = (value, writer)
        }
        for (value, writer) in unseen {
            guard let earlier else { break }
            result.add(
                .writeWrite, earlier.writer, writer, key: key,
                "\(transactions[writer].said) appended \(value) to \(key) after \(earlier.value) of \(transactions[earlier.writer].name), as nobody saw it before"
            )
        }
        for reading in readings { relate(key, reading, order, chain, unseen, written, &result) }
    }

    private func relate(
        _ key: String, _ reading: Reading, _ order: [String], _ chain: [Int?], _ unseen: [(String, Int)],
        _ written: KeyWriters, _ result: inout Inference
    ) {
        let reader = transactions[reading.transaction]
        let said = "\(reader.said) read \(key) = \(reading.list.spoken)"
        if let last = chain[..<reading.outside].lastIndex(where: { $0 != nil }), let writer = chain[last] {
            result.add(
                .writeRead, writer, reading.transaction, key: key,
                "\(said), with \(order[last]) of \(transactions[writer].said)")
        }
        if let next = chain[reading.outside...].firstIndex(where: { $0 != nil }), let writer = chain[next] {
            result.add(
                .readWrite, reading.transaction, writer, key: key,
                "\(said), before \(transactions[writer].said) appended \(order[next])")
        } else {
            for (value, writer) in unseen {
                result.add(
                    .readWrite, reading.transaction, writer, key: key,
                    "\(said), before \(transactions[writer].said) appended \(value)")
            }
        }
    }
}

extension Transaction {
    /// Its name and who ran it.
    var said: String { "\(name) (\(process))" }
}

extension [String] {
    /// A list as a report writes it.
    fileprivate var spoken: String { "[\(joined(separator: ", "))]" }
}
