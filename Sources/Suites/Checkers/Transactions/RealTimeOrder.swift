// Which transaction had ended before which began.

import Kernel

/// The order of real time: who had ended before whom began.
enum RealTimeOrder {
    /// Adds an edge from each transaction to those that began after its end, without the ones that follow from others.
    /// O(n c) for n transactions of which c overlap. Equal times count as overlapping.
    static func infer(_ transactions: [Transaction], into result: inout Inference) {
        var events: [(time: Int64, isEnd: Bool, index: Int)] = []
        for (index, transaction) in transactions.enumerated() where transaction.certainty != .failed {
            guard let begin = transaction.begin else { continue }
            events.append((begin.nanoseconds, false, index))
            if let end = transaction.end, transaction.certainty == .done { events.append((end.nanoseconds, true, index)) }
        }
        events.sort { ($0.time, $0.isEnd ? 1 : 0, $0.index) < ($1.time, $1.isEnd ? 1 : 0, $1.index) }
        // Who ended latest: everybody who ended before one of them began comes before it anyway.
        var ended: [Int] = []
        for event in events {
            if event.isEnd {
                let begin = transactions[event.index].begin
                ended.removeAll { index in
                    guard let begin, let end = transactions[index].end else { return false }
                    return end < begin
                }
                ended.append(event.index)
            } else {
                for index in ended {
                    result.add(
                        .realTime, index, event.index, key: "",
                        "\(transactions[index].said) had ended before \(transactions[event.index].said) began")
                }
            }
        }
    }
}
