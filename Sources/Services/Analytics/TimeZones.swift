// Time zones by name, from the system's database.

import Foundation

/// Offsets of zones from UTC.
enum TimeZones {
    /// What gives a zone's offset in seconds at a time in seconds since 1970; nil for a zone that is not known.
    static func offsets(of name: String) -> ((Int64) -> Int)? {
        guard let zone = TimeZone(identifier: name) else { return nil }
        return { zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0))) }
    }
}
