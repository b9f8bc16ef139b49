// What outlives the service: the newest events of every user and their numbers, in the cache.

import Kernel
import ServiceKit
import StoreKit
import Wire

/// Keeps events where another instance of the service finds them.
///
/// An event is here before its sender is told that it was accepted. Keys: `event_queue:{user}:{sequence}` for as long as an
/// event is kept, `event_sequence:{user}` and `event_seen:{user}` for an hour after the last event.
struct EventLedger: Sendable {
    private static let numbersLifetime = Duration.seconds(3600)

    let cache: any CacheStore
    let limits: EventsLimits

    private static func key(_ queue: String, _ sequence: Int) -> String { "event_queue:\(queue):\(sequence)" }

    /// Keeps an event. Throws what the cache throws: then the event was not accepted.
    func append(_ event: NumberedEvent, to queue: String) async throws {
        let entry: JSONValue = [
            "event": event.event, "event_id": JSONValue(event.eventID), "arrival": .integer(event.arrival.nanoseconds),
        ]
        try await cache.set(Self.key(queue, event.sequence), entry.text, expiry: limits.eventAge)
        // The number last: without it the entry counts for nothing.
        try await cache.set("event_sequence:" + queue, String(event.sequence), expiry: Self.numbersLifetime)
    }

    /// Keeps up to which event a user has been sent all, for those who connect after a restart.
    func keepSeen(_ sequence: Int, of queue: String) async throws {
        try await cache.set("event_seen:" + queue, String(sequence), expiry: Self.numbersLifetime)
    }

    /// The queue as it was kept; an empty one where nothing was.
    func load(_ queue: String, at now: Instant) async throws -> UserQueue {
        guard let sequence = try await cache.get("event_sequence:" + queue).flatMap({ Int($0) }), sequence > 0 else {
            return UserQueue(at: now)
        }
        let seen = try await cache.get("event_seen:" + queue).flatMap { Int($0) } ?? 0
        var kept: [NumberedEvent] = []
        var next = sequence
        while next > 0, kept.count < limits.eventsKept, let event = try await self.event(next, of: queue) {
            kept.append(event)
            next -= 1
        }
        return UserQueue(sequence: sequence, seen: seen, kept: kept.reversed(), at: now)
    }

    private func event(_ sequence: Int, of queue: String) async throws -> NumberedEvent? {
        guard let text = try await cache.get(Self.key(queue, sequence)), let entry = try? JSONValue(json: text),
            let event = entry["event"], case .integer(let arrival)? = entry["arrival"]
        else { return nil }
        return NumberedEvent(
            event, sequence: sequence, eventID: entry["event_id"]?.string, arrival: Instant(nanoseconds: arrival))
    }
}
