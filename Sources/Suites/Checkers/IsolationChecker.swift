// No user sees what belongs to another.

import Clients

/// Checks that every event on a user's socket is that user's own.
enum IsolationChecker {
    /// What reached the wrong user; empty if nothing did.
    static func check(_ frames: [EventFrame], user: String, thread: String, run: String) -> [String] {
        frames.compactMap { frame in
            guard case .event(let event) = frame else { return nil }
            if event.userID != user { return "an event of user \(event.userID) arrived: \(event.kind.rawValue)" }
            if event.threadID != thread { return "an event of thread \(event.threadID) arrived: \(event.kind.rawValue)" }
            if event.runID != run { return "an event of run \(event.runID) arrived: \(event.kind.rawValue)" }
            return nil
        }
    }
}
