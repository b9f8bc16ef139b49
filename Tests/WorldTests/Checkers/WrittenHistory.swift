// Histories as tests write them: who, what, from when to when.

import Kernel

@testable import Suites

extension History {
    /// Milliseconds of begin and end; no end means that no reply came. What begins and ends at one time overlaps.
    typealias Line = (process: String, action: Action, outcome: Outcome<Answer>, from: Int, to: Int)

    /// A history of operations in any order.
    init(_ lines: [Line]) {
        self.init()
        var events: [(time: Int, isEnd: Bool, line: Int)] = []
        for (index, line) in lines.enumerated() {
            events.append((line.from, false, index))
            events.append((line.to, true, index))
        }
        events.sort { ($0.time, $0.isEnd ? 1 : 0, $0.line) < ($1.time, $1.isEnd ? 1 : 0, $1.line) }
        var numbers: [Int: Int] = [:]
        for event in events {
            let line = lines[event.line]
            let time = Instant.simulatedEpoch.advanced(by: .milliseconds(event.time))
            if event.isEnd {
                end(numbers[event.line] ?? 0, line.outcome, at: time)
            } else {
                numbers[event.line] = begin(line.process, line.action, at: time)
            }
        }
    }
}
