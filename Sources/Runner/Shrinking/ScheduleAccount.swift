// Departures from first-in-first-out in words: who went before whom, and when.

import Faults
import Kernel

/// Tells departures of an order, as they came to pass in a run.
enum ScheduleAccount {
    /// A line for each departure: `agent before user-1, at 3.141 s`.
    static func lines(of order: ScheduleOrder, in steps: [ContestedStep]) -> [String] {
        order.departures.map { departure in
            guard
                let index = steps.firstIndex(where: { $0.departure.task == departure.task && $0.departure.step == departure.step }
                )
            else { return "\(departure.name), step \(departure.step + 1): it had no company" }
            let time = "at \(Double(steps[index].time.nanosecondsClamped / 1000) / 1e6) s"
            if departure.isAhead {
                return "\(departure.name) before \(steps[index].overtook ?? "all others"), \(time)"
            }
            // Whoever ran just before went ahead of it.
            let ahead = steps[..<index].last { $0.overtook == departure.name }
            return "\(ahead?.departure.name ?? "all others") before \(departure.name), \(time)"
        }
    }
}
