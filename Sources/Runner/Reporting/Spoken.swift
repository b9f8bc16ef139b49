// Durations and counts as reports write them.

import Faults
import Foundation
public import Kernel
import Wire

extension Duration {
    /// `1.25 s`, `412 ms`, `0.8 ms`, `37 us`: three significant digits at most.
    var spoken: String {
        let seconds = Double(components.seconds) + Double(components.attoseconds) / 1e18
        return switch abs(seconds) {
        case 100...: "\(Int(seconds.rounded())) s"
        case 1...: Self.short(seconds) + " s"
        case 1e-3...: Self.short(seconds * 1e3) + " ms"
        case 0: "0 s"
        default: Self.short(seconds * 1e6) + " us"
        }
    }

    private static func short(_ value: Double) -> String {
        let digits = value >= 100 ? 1.0 : value >= 10 ? 10.0 : 100.0
        let rounded = (value * digits).rounded() / digits
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
}

extension Duration {
    /// Seconds of virtual time in a column of ten characters, to the microsecond.
    var secondsOfTrace: String { String(format: "%10.6f", Double(nanosecondsClamped / 1000) / 1e6) }
}

extension Trace.Event {
    /// The event in one line: `  0.748333  user-1->auth  sent -> 160 bytes`.
    public var spoken: String { "\(offset.secondsOfTrace)  \(actor)  \(kind.rawValue) \(detail)" }
}

/// `1 user`, `10 users`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

extension FaultDecision {
    /// The parameters in parentheses, as a person reads them; empty where there are none: ` (after 3, served true)`.
    var parametersSpoken: String {
        let parts = parameters.filter { $0.key != "do" }.map { member in
            let (name, value) = (member.key, member.value)
            if name == "ns" || name.hasSuffix("_ns"), let number = value.integer {
                let words = name.dropLast(name == "ns" ? 2 : 3).replacing("_", with: " ")
                return (words.isEmpty ? "" : words + " ") + Duration.nanoseconds(number).spoken
            }
            return "\(name.replacing("_", with: " ")) \(value.string ?? value.text)"
        }
        return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    }
}
