// Performs what a run's machine decides, one action after the other.

import Kernel
import Logging
import ServiceKit
import Wire

/// One run, being performed.
struct RunPerformance: Sendable {
    let context: ServiceContext
    let store: AgentStore
    private let posting: EventPosting
    private var machine: RunMachine

    init(_ order: RunOrder, context: ServiceContext, store: AgentStore) {
        self.context = context
        self.store = store
        posting = EventPosting(context: context, order: order)
        machine = RunMachine(order, at: context.clock.now)
    }

    /// Performs the run to its end. Throws only `CancellationError`: then the run stays as it was last saved.
    mutating func perform() async throws {
        do {
            try await feed(.begin)
        } catch let error as CancellationError {
            throw error
        } catch {
            context.log.warning("run \(machine.order.runID): \(error)")
            try Task.checkCancellation()
            // What can still be done for a failed run is done; one thing that cannot does not stop the others.
            for action in machine.receive(.failed(RunFailure.reason(of: error)), at: context.clock.now) {
                do {
                    try await perform(action)
                } catch let error as CancellationError {
                    throw error
                } catch {
                    context.log.error("run \(machine.order.runID): \(error)")
                }
            }
        }
    }

    private mutating func feed(_ input: RunInput) async throws {
        for action in machine.receive(input, at: context.clock.now) { try await perform(action) }
    }

    private mutating func perform(_ action: RunAction) async throws {
        let order = machine.order
        switch action {
        case .post(let event): try await posting.post(event)
        case .save(let progress): try await store.save(progress, of: order)
        case .waitForTool(let duration):
            if duration > .zero { try await context.clock.sleep(for: duration) }
            try await feed(.toolElapsed)
        case .askModel(let prompt, let model):
            let call = ModelCall(context: context, prompt: prompt, model: model, userID: order.userID)
            try await call.pieces { try await feed(.text($0)) }
            try await feed(.textEnded)
        case .record(let events):
            try await posting.record(events)
            try await feed(.recorded)
        case .complete(let answer):
            try await store.complete(order, answer: answer, at: context.clock.now)
            try await feed(.completed)
        case .fail(let reason): try await store.fail(order, reason: reason, at: context.clock.now)
        }
    }
}
