// One at a time for a user: whoever numbers and keeps a user's events waits for the one before.

import DequeModule
import Synchronization

/// Locks that tasks wait for, one a user, first come first served.
final class UserLanes: Sendable {
    private let waiting = Mutex<[String: Deque<UnsafeContinuation<Void, Never>>]>([:])

    /// Does `body` while nobody else does anything for the user. Waits for its turn even where the task is cancelled.
    func hold<Result>(_ userID: String, _ body: () async throws -> Result) async rethrows -> Result {
        await enter(userID)
        defer { leave(userID) }
        return try await body()
    }

    private func enter(_ userID: String) async {
        let isFree = waiting.withLock { waiting in
            guard waiting[userID] == nil else { return false }
            waiting[userID] = []
            return true
        }
        if isFree { return }
        await withUnsafeContinuation { turn in
            let isFree = waiting.withLock { waiting in
                guard waiting[userID] != nil else {
                    waiting[userID] = []
                    return true
                }
                waiting[userID]?.append(turn)
                return false
            }
            if isFree { turn.resume() }
        }
    }

    private func leave(_ userID: String) {
        let next = waiting.withLock { waiting in
            let next = waiting[userID]?.popFirst()
            if next == nil { waiting[userID] = nil }
            return next
        }
        next?.resume()
    }
}
