// Records a history while many users act at once.

import Kernel
import Synchronization

/// A history that grows while cases run. Safe from any task.
///
/// An operation begins before its request is sent and ends after its reply was read, so that what the recorder holds to be
/// ordered in time was so at the service.
final class HistoryRecorder<Action: Sendable, Answer: Sendable>: Sendable {
    private let state = Mutex(History<Action, Answer>())
    private let clock: WorldClock

    init(clock: WorldClock = WorldClock()) { self.clock = clock }

    /// What was recorded so far.
    var history: History<Action, Answer> { state.withLock { $0 } }

    /// Does `body` as an operation of `process`, and throws what it throws.
    ///
    /// An error leaves the outcome unknown, unless `isRefusal` says that nothing was done: only what the service itself
    /// refused, never a lost connection or a time-out.
    func record(
        _ process: String, _ action: Action, isRefusal: (any Error) -> Bool = { _ in false },
        _ body: () async throws -> Answer
    ) async throws -> Answer {
        let number = state.withLock { $0.begin(process, action, at: clock.now) }
        do {
            let answer = try await body()
            end(number, .returned(answer))
            return answer
        } catch {
            end(number, isRefusal(error) ? .failed : .unknown)
            throw error
        }
    }

    private func end(_ number: Int, _ outcome: Outcome<Answer>) {
        state.withLock { $0.end(number, outcome, at: clock.now) }
    }
}
