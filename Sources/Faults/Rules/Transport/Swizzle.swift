// swizzle: links are clogged one by one, and unclogged in another order.

import Fixtures
public import Kernel

/// Swizzle-clogging, as FoundationDB's simulator does it (Zhou et al., "FoundationDB: A Distributed Unbundled
/// Transactional Key Value Store", SIGMOD 2021, section 4): of the links that are meant, chance chooses some; each is
/// clogged at a time of its own in the first half of the planned time, and let go at a time of its own in the second.
/// Whether and when hangs on the link alone.
public struct Swizzle: Rule {
    /// Of 100 links so many.
    let share: Int

    public var measuresEvents: Bool { true }

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict {
        guard let start = event.window?.start, let end = event.window?.end else { return .pass }
        var dice = (0..<3 as Range<UInt64>).map { roll in
            var hash = StableHash(key: event.linkDraw.bits)
            hash.combine(roll)
            return Draw(bits: hash.value)
        }[...]
        let middle = start + (end - start) / 2
        guard let chosen = dice.popFirst(), let from = dice.popFirst(), let until = dice.popFirst(),
            chosen.number(below: 100) < UInt64(share), event.time >= from.duration(in: start...middle)
        else { return .pass }
        let release = until.duration(in: middle...end)
        return event.time < release ? .delay(release - event.time) : .pass
    }

    static let kind = FaultKind(
        name: "swizzle",
        summary:
            "Clogs some of the links one by one in the first half of its time, and lets them go in another order in the second.",
        sites: [.delivery, .connection],
        parameters: [
            .init(name: "share", unit: "count", fallback: "50", summary: "how many of 100 links are clogged, on average")
        ],
        outcomes: [.late], example: "*<->*: swizzle@t=1s..6s", needsWindow: true,
        swarm: { dice in
            let from = dice.number(0, 3000)
            return "*<->*: swizzle(share=\(dice.number(20, 80)))@t=\(from)ms..\(from + dice.number(500, 6000))ms"
        }
    ) { Swizzle(share: try $0.count("share", from: 1, through: 100)) }
}
