// Runs that were accepted and wait to be begun, and runs that are under way: each in a task of its own, to be cancelled by name.

import DequeModule
import Synchronization

/// A run to be performed: new, or saved by another instance of the service.
struct RunTicket: Sendable {
    var order: RunOrder
    /// What was saved of it; nil for a new one.
    var saved: SavedRun?

    /// The state of a run and its events since the beginning.
    struct SavedRun: Sendable {
        let state: RunState
        let events: [RunEvent]
        /// Whether the user has cancelled it, but its end was not performed.
        let isCancelled: Bool
    }
}

/// Hands runs from the routes, which answer at once, to the service's background work.
final class RunQueue: Sendable {
    private struct LiveRun {
        var task: Task<Void, Never>
        var isCancelled: Bool
        /// Whether the task brings a cancelled run to its end.
        var isEnding = false
    }

    private struct State {
        var waiting: Deque<RunTicket> = []
        var live: [String: LiveRun] = [:]
        /// Runs that were cancelled while they waited.
        var cancelled: Set<String> = []
        var bell: AsyncStream<Void>.Continuation?
    }

    private let state = Mutex(State())
    /// Whether runs that have ended are kept.
    private let leaks: Bool

    init(leaks: Bool = false) { self.leaks = leaks }

    /// How many runs wait, and how many are under way.
    var census: (waiting: Int, live: Int) { state.withLock { ($0.waiting.count, $0.live.count) } }

    /// Adds a run, unless it is here already. It begins at once where ``serve(_:)`` runs, else when it does.
    func append(_ ticket: RunTicket) {
        let id = ticket.order.runID
        let bell = state.withLock { state in
            if state.live[id] == nil, !state.waiting.contains(where: { $0.order.runID == id }) { state.waiting.append(ticket) }
            return state.bell
        }
        bell?.yield()
    }

    /// Ends the task of a run that its user has cancelled. One that waits is ended as soon as it begins.
    func cancel(_ id: String) {
        let task = state.withLock { state -> Task<Void, Never>? in
            if state.waiting.contains(where: { $0.order.runID == id }) { state.cancelled.insert(id) }
            guard state.live[id]?.isEnding == false else { return nil }
            state.live[id]?.isCancelled = true
            return state.live[id]?.task
        }
        task?.cancel()
    }

    /// Whether a run was cancelled by its user, and not by the end of the service.
    func isCancelled(_ id: String) -> Bool {
        state.withLock { $0.live[id]?.isCancelled ?? $0.cancelled.contains(id) }
    }

    /// From now on this task stands for a run: the one that ends it.
    func replace(_ id: String, by task: Task<Void, Never>) {
        state.withLock { state in
            state.live[id]?.task = task
            state.live[id]?.isEnding = true
        }
    }

    /// Begins every run in a task of its own, until cancelled; then the runs are cancelled too, and waited for.
    func serve(_ perform: @escaping @Sendable (RunTicket) async -> Void) async {
        let (rings, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.bell = bell }
        bell.yield()
        for await _ in rings {
            while begin(perform) {}
        }
        let tasks = state.withLock { state in
            state.bell = nil
            return state.live.sorted { $0.key < $1.key }.map(\.value.task)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    /// Begins the run that has waited longest; whether there was one.
    private func begin(_ perform: @escaping @Sendable (RunTicket) async -> Void) -> Bool {
        state.withLock { state in
            guard let ticket = state.waiting.popFirst() else { return false }
            let id = ticket.order.runID
            let task = Task {
                await perform(ticket)
                self.end(id)
            }
            state.live[id] = LiveRun(task: task, isCancelled: state.cancelled.remove(id) != nil)
            return true
        }
    }

    private func end(_ id: String) {
        if !leaks { state.withLock { $0.live[id] = nil } }
    }
}
