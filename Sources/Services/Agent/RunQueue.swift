// Runs that were accepted and wait to be begun; and the task group in which all of them live.

import DequeModule
import Synchronization

/// Hands runs from the routes, which answer at once, to the service's background work.
final class RunQueue: Sendable {
    private struct State {
        var waiting: Deque<RunOrder> = []
        var bell: AsyncStream<Void>.Continuation?
    }

    private let state = Mutex(State())

    /// Adds a run. It begins at once where ``serve(_:)`` runs, else when it does.
    func append(_ order: RunOrder) {
        let bell = state.withLock { state in
            state.waiting.append(order)
            return state.bell
        }
        bell?.yield()
    }

    /// Begins every run in a task of its own, until cancelled; then the runs are cancelled too.
    func serve(_ perform: @escaping @Sendable (RunOrder) async -> Void) async {
        let (rings, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.bell = bell }
        bell.yield()
        await withDiscardingTaskGroup { tasks in
            for await _ in rings {
                while let order = state.withLock({ $0.waiting.popFirst() }) {
                    tasks.addTask { await perform(order) }
                }
            }
        }
    }
}
