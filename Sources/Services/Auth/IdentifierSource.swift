// The ids of users, sessions and tokens: `<prefix>_<milliseconds>_<n>_<8 hexadecimal digits>`.

import Kernel
import Synchronization

/// Makes ids that no other call of the same service gets.
final class IdentifierSource: Sendable {
    private struct Counter {
        var milliseconds: Int64 = 0
        var count = 0
    }

    private let clock: WorldClock
    private let chance: ChanceSource
    private let counter = Mutex(Counter())

    init(clock: WorldClock, chance: ChanceSource) {
        self.clock = clock
        self.chance = chance
    }

    /// A new id. `n` counts the ids of one millisecond; the digits are drawn for `subject`, so that another user's
    /// ids leave them as they are.
    func next(_ prefix: String, for subject: String) -> String {
        let now = clock.now.milliseconds
        let count = counter.withLock { counter in
            counter.count = counter.milliseconds == now ? counter.count + 1 : 1
            counter.milliseconds = now
            return counter.count
        }
        return "\(prefix)_\(now)_\(count)_\(chance.hex(prefix, for: subject))"
    }
}
