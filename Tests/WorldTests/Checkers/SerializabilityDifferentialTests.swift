// The search for cycles against trying all serial orders, on small histories of a database that can be bad.

import Kernel
import Testing

@testable import Suites

/// All serial orders, without any cleverness.
private struct SerialOrders {
    let transactions: [Transaction]
    /// Whether a transaction that had ended before another began must come first.
    var keepsTime = false

    /// Whether some order of the transactions that are not aborted explains all that they read. Those of unknown outcome may
    /// be left out.
    func explain() -> Bool {
        let last = transactions.indices.last { transactions[$0].name == "last" }
        return explain([:], transactions.indices.filter { transactions[$0].certainty != .failed && $0 != last }, last)
    }

    private func explain(_ store: [String: [String]], _ left: [Int], _ last: Int?) -> Bool {
        if left.allSatisfy({ transactions[$0].certainty == .unknown }) {
            // The last transaction reads everything when all else is over.
            if last.map({ run(transactions[$0], store) != nil }) ?? true { return true }
        }
        return left.contains { next in
            let comesTooEarly = left.contains { other in
                guard transactions[other].certainty == .done, let end = transactions[other].end else { return false }
                return transactions[next].begin.map { end < $0 } ?? false
            }
            guard !(keepsTime && comesTooEarly), let after = run(transactions[next], store) else { return false }
            return explain(after, left.filter { $0 != next }, last)
        }
    }

    /// The state after a transaction; nil if it cannot have read what it read.
    private func run(_ transaction: Transaction, _ store: [String: [String]]) -> [String: [String]]? {
        var store = store
        for step in transaction.steps {
            switch step {
            case .append(let key, let value), .write(let key, let value): store[key, default: []].append(value)
            case .readList(let key, let list):
                if transaction.certainty == .done, store[key] ?? [] != list { return nil }
            case .read(let key, let value):
                if transaction.certainty == .done, store[key]?.last != value { return nil }
            }
        }
        return store
    }
}

@Suite struct SerializabilityDifferentialTests {
    @Test(arguments: [true, false], [0, 15]) func serialExecutionsAreNeverBlamed(usesLists: Bool, unknownPercent: Int) {
        for seed in 1...1000 as ClosedRange<UInt64> {
            var interpreter = TransactionInterpreter(.serial, usesLists: usesLists, seed: seed)
            let history = interpreter.run(8, unknownPercent: unknownPercent)
            let found = SerializabilityChecker(level: .strictSerializable).check(history)
            #expect(found.isEmpty, "seed \(seed): \(found)")
        }
    }

    /// With lists that the last transaction reads the verdict is exact.
    @Test(arguments: [Isolation.snapshot, .readCommitted, .none]) func listsAsAllOrdersSay(isolation: Isolation) {
        var verdicts = [0, 0]
        for seed in 1...1500 as ClosedRange<UInt64> {
            var interpreter = TransactionInterpreter(isolation, usesLists: true, seed: seed)
            let history = interpreter.run(5, unknownPercent: Int(seed % 2) * 10)
            let isExplained = SerialOrders(transactions: history).explain()
            let found = SerializabilityChecker().check(history)
            #expect(found.isEmpty == isExplained, "seed \(seed): \(found) \(history)")
            let isInTime = SerialOrders(transactions: history, keepsTime: true).explain()
            let late = SerializabilityChecker(level: .strictSerializable).check(history)
            #expect(late.isEmpty == isInTime, "seed \(seed): \(late) \(history)")
            verdicts[isExplained ? 1 : 0] += 1
        }
        #expect(verdicts.min() ?? 0 > 50, "\(verdicts)")
    }

    /// With registers what is found is really there; most of it is found.
    @Test(arguments: [Isolation.snapshot, .readCommitted, .none]) func registersAreNeverBlamedWithoutReason(isolation: Isolation)
    {
        var (bad, found) = (0, 0)
        for seed in 1...1500 as ClosedRange<UInt64> {
            var interpreter = TransactionInterpreter(isolation, usesLists: false, seed: seed)
            let history = interpreter.run(5, unknownPercent: Int(seed % 2) * 10)
            let isExplained = SerialOrders(transactions: history).explain()
            let violations = SerializabilityChecker().check(history)
            if !isExplained { bad += 1 }
            if !violations.isEmpty {
                found += 1
                #expect(!isExplained, "seed \(seed): \(violations) \(history)")
            }
        }
        #expect(bad > 20 && found * 2 > bad, "found \(found) of \(bad)")
    }

    /// What an isolation level allows is what it shows: the names are right.
    @Test func eachLevelShowsItsAnomalies() {
        var shown: [Isolation: Set<Anomaly>] = [:]
        for isolation in Isolation.allCases {
            for seed in 1...1500 as ClosedRange<UInt64> {
                var interpreter = TransactionInterpreter(isolation, usesLists: true, seed: seed)
                let history = interpreter.run(6)
                shown[isolation, default: []].formUnion(SerializabilityChecker().check(history).map(\.anomaly))
                let level: IsolationLevel? =
                    isolation == .snapshot ? .snapshot : isolation == .readCommitted ? .readCommitted : nil
                if let level {
                    let found = SerializabilityChecker(level: level).check(history)
                    #expect(found.isEmpty, "seed \(seed) at \(level): \(found)")
                }
            }
        }
        #expect(shown[.serial] == [])
        #expect(shown[.snapshot] == [.writeSkew])
        #expect(shown[.readCommitted]?.isSuperset(of: [.lostUpdate, .readSkew, .writeSkew]) ?? false)
        #expect(
            shown[.none]?.isSuperset(of: [
                .dirtyWrite, .abortedRead, .intermediateRead, .circularInformation, .lostUpdate, .readSkew, .writeSkew,
            ]) ?? false, "\(shown[.none] ?? [])")
    }
}
