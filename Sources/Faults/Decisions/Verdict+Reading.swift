// Verdicts read from decision lists: what says nothing that can be done is none.

import Kernel
import Wire

extension Verdict {
    /// What decision lists may say under `do`.
    static let words = [
        "delay", "drop", "reset", "transmit", "rechunk", "clog", "duplicate", "lose", "hold", "close", "answer", "cut", "stall",
        "truncate", "break-arguments", "expire", "forge", "fail", "lose-reply", "refuse", "evict", "crash", "pause",
        "rotate-keys", "skew",
    ]

    /// The verdict that parameters say; nil where they say none.
    init?(_ parameters: JSONObject) {
        let reader = VerdictReader(parameters: parameters)
        let word = parameters["do"]?.string ?? ""
        guard let verdict = reader.ofTransport(word) ?? reader.ofProtocol(word) ?? reader.ofStoresAndProcesses(word) else {
            return nil
        }
        self = verdict
    }
}

/// Reads a verdict's parameters. Nonsense gives nil.
private struct VerdictReader {
    let parameters: JSONObject

    func ofTransport(_ word: String) -> Verdict? {
        switch word {
        case "delay": duration("ns").map(Verdict.delay)
        case "drop": .drop
        case "reset": .reset
        case "transmit": duration("ns").map(Verdict.transmit)
        case "rechunk": number("size", 1...Int.max).flatMap { size in duration("gap_ns").map { .rechunk(size: size, gap: $0) } }
        case "clog": duration("ns").map(Verdict.clog)
        case "duplicate": duration("ns").map(Verdict.duplicate)
        case "lose": .lose
        case "hold":
            number("behind", 1...Int.max).flatMap { count in duration("at_most_ns").map { .hold(behind: count, atMost: $0) } }
        case "close": number("code", 0...4999).flatMap { WebSocketEnd.codes.contains($0) ? .close(code: $0) : nil }
        default: nil
        }
    }

    func ofProtocol(_ word: String) -> Verdict? {
        switch word {
        case "answer":
            number("status", 400...599).flatMap { status in
                parameters["served"]?.bool.map { .answer(status: status, retryAfter: duration("retry_after_ns"), served: $0) }
            }
        case "cut": number("after", 0...Int.max).map(Verdict.cut)
        case "stall": number("after", 0...Int.max).flatMap { count in duration("ns").map { .stall(after: count, time: $0) } }
        case "truncate": number("after", 0...Int.max).map(Verdict.truncate)
        case "break-arguments": .breakArguments
        case "expire": .expire
        case "forge": .forge
        default: nil
        }
    }

    func ofStoresAndProcesses(_ word: String) -> Verdict? {
        switch word {
        case "fail": state.map(Verdict.fail)
        case "lose-reply": state.map(Verdict.loseReply)
        case "refuse": parameters["reason"]?.string.flatMap(RefusalReason.init).map(Verdict.refuse)
        case "evict": parameters["keys"]?.string.map(Verdict.evict)
        case "crash": duration("down_ns").flatMap { down in timed { .crash(down: down, at: $0) } }
        case "pause": duration("ns").flatMap { time in timed { .pause(time: time, at: $0) } }
        case "rotate-keys": timed { .rotateKeys(at: $0) }
        case "skew": parameters["by_ns"]?.integer.flatMap { amount in timed { .skew(by: .nanoseconds(amount), at: $0) } }
        default: nil
        }
    }

    /// With its time, which may be missing but not be nonsense.
    private func timed(_ make: (Duration?) -> Verdict) -> Verdict? {
        guard parameters["at_ns"] != nil else { return make(nil) }
        return duration("at_ns").map(make)
    }

    private func duration(_ name: String) -> Duration? {
        parameters[name]?.integer.flatMap { $0 >= 0 ? .nanoseconds($0) : nil }
    }

    private func number(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        parameters[name]?.integer.flatMap { range.contains($0) ? $0 : nil }
    }

    /// An SQLSTATE: five digits or capitals.
    private var state: String? {
        parameters["state"]?.string.flatMap { state in
            let isState = state.utf8.count == 5 && state.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
            return isState ? state : nil
        }
    }
}
