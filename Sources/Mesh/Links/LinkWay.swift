// One direction of a link, over all its connections: how much went there, and how long it is busy or clogged.

import Faults
import Kernel

/// What all connections of a link share one way. Times are in nanoseconds since the world began.
struct LinkWay {
    /// How many deliveries went this way.
    var deliveries: UInt64 = 0
    /// When the last delivery whose carrying takes time is carried.
    private var freeAt: Int64 = 0
    /// Before this nothing arrives.
    private(set) var clearAt: Int64 = 0

    /// How long a delivery takes that takes `natural` by itself.
    mutating func delay(_ natural: Int64, under verdict: Verdict, at now: Int64) -> Int64 {
        var delay = natural
        switch verdict {
        case .delay(let more): delay = Self.sum(delay, more.nanosecondsClamped)
        case .transmit(let time):
            freeAt = Self.sum(max(freeAt, now), time.nanosecondsClamped)
            delay = Self.sum(delay, freeAt - now)
        case .clog(let time): clearAt = max(clearAt, Self.sum(now, time.nanosecondsClamped))
        default: break
        }
        return max(delay, clearAt - now)
    }

    /// At most what event loops can wait for, which is longer than any world lasts.
    private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflows) = left.addingReportingOverflow(right)
        return overflows ? Int64.max / 4 : min(sum, Int64.max / 4)
    }
}
