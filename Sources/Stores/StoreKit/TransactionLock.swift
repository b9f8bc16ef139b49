// The line at the database as tasks meet it: they wait without blocking a thread, and leave when they are cancelled.

import Synchronization

/// A first-in-first-out lock for tasks.
package final class TransactionLock: Sendable {
    private typealias Waiter = CheckedContinuation<Void, any Error>

    private let line = Mutex(TransactionLine<Waiter>())

    /// A lock that nobody holds.
    package init() {}

    /// Takes the lock at once, or gives a ticket for ``wait(_:)``.
    package func ask() -> UInt64? { line.withLock { $0.ask() } }

    /// Waits for the lock. Throws `CancellationError` if the task is cancelled before its turn.
    package func wait(_ ticket: UInt64) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (waiter: Waiter) in
                switch line.withLock({ $0.arrive(ticket, waiter) }) {
                case .goesOn: waiter.resume()
                case .isCancelled: waiter.resume(throwing: CancellationError())
                case .waits: break
                }
            }
        } onCancel: {
            line.withLock { $0.leave(ticket) }?.resume(throwing: CancellationError())
        }
    }

    /// Gives the lock to the next in line.
    package func release() { line.withLock { $0.release() }?.resume() }
}
