// No accepted message stays without a reply.

import Clients

/// Checks that every message sent was answered: the product's own worst habit was to accept and say nothing.
enum SilentDropChecker {
    /// The messages without an answer; empty if there are none. `sent` has the type of each message by its id.
    static func check(_ frames: [EventFrame], sent: [(id: String, type: String)]) -> [String] {
        let answered = Set(
            frames.compactMap { frame -> String? in
                if case .message(let message) = frame { message.correlationID } else { nil }
            })
        return sent.filter { !answered.contains($0.id) }.map { "the \($0.type) message \($0.id) got no reply" }
    }
}
