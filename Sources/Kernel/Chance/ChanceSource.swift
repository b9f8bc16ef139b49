// Chance as one actor of a world uses it: the occurrences are counted for it.

import Synchronization

/// Keyed chance bound to one actor, which counts how often it decided at each site.
///
/// Safe from any task; the occurrence of a site grows by one with every draw there.
public final class ChanceSource: Sendable {
    /// What decides.
    public let chance: Chance
    /// For whom it decides.
    public let actor: String

    private let occurrences = Mutex<[String: UInt64]>([:])

    /// The chance of `actor`, with no decision taken yet.
    public init(_ chance: Chance, actor: String) {
        self.chance = chance
        self.actor = actor
    }

    /// The next decision at `site`. With a `subject` (a user, a connection) the occurrences are counted for it alone.
    public func draw(_ site: String, for subject: String = "") -> Draw {
        let occurrence = occurrences.withLock { counts in
            let key = subject.isEmpty ? site : site + "\u{0}" + subject
            let count = counts[key, default: 0]
            counts[key] = count + 1
            return count
        }
        return chance.draw(site: site, actor: subject.isEmpty ? actor : actor + "/" + subject, occurrence: occurrence)
    }

    /// The next identifier at `site`: `digits` lower-case hexadecimal digits, at most 16.
    public func hex(_ site: String, for subject: String = "", digits: Int = 8) -> String {
        let text = String(draw(site, for: subject).bits, radix: 16)
        return String((String(repeating: "0", count: 16 - text.count) + text).prefix(digits))
    }

    /// The next random (version 4) UUID at `site`, RFC 9562 section 5.4, in lower case.
    public func uuid(_ site: String, for subject: String = "") -> String {
        var bytes = self.bytes(16, site, for: subject)
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The next `count` bytes at `site`.
    public func bytes(_ count: Int, _ site: String, for subject: String = "") -> [UInt8] {
        let first = draw(site, for: subject).bits
        return (0..<count).map { index in
            var hash = StableHash(key: first)
            hash.combine(UInt64(index / 8))
            return UInt8(truncatingIfNeeded: hash.value >> UInt64(index % 8 * 8))
        }
    }
}
