// Performs what a run's machine decides, one action after the other.

import Kernel
import Logging
import ServiceKit
import StoreKit
import Wire

/// One run, being performed.
struct RunPerformance: Sendable {
    let context: ServiceContext
    let store: AgentStore
    private let posting: EventPosting
    private var machine: RunMachine
    /// An event of which it is not known whether it arrived.
    private var unacknowledged: RunEvent?

    init(_ ticket: RunTicket, context: ServiceContext, store: AgentStore) {
        self.context = context
        self.store = store
        posting = EventPosting(context: context, order: ticket.order, isTakenUp: ticket.saved != nil)
        let (now, deviations) = (context.clock.now, context.deviations)
        machine =
            if let saved = ticket.saved {
                RunMachine(ticket.order, restored: saved.state, events: saved.events, at: now, deviations: deviations)
            } else {
                RunMachine(ticket.order, at: now, deviations: deviations)
            }
    }

    /// Performs the run to its end. Throws `CancellationError`, then the run stays as it was last saved; and
    /// ``RunCancelled`` where the store says that the user has cancelled it.
    mutating func perform(_ first: RunInput) async throws {
        do {
            try await feed(first)
        } catch let error as CancellationError {
            throw error
        } catch let error as RunCancelled {
            throw error
        } catch {
            context.log.warning("run \(machine.order.runID): \(error)")
            try Task.checkCancellation()
            if context.deviates(.failureUnreported) { return }
            await performAll(machine.receive(.failed(RunFailure.reason(of: error)), at: context.clock.now))
            try Task.checkCancellation()
        }
    }

    /// Ends the run in its user's name.
    mutating func cancel() async {
        // What was on its way goes first: the events service knows it where it arrived.
        let last = unacknowledged.map { [RunAction.post($0)] } ?? []
        await performAll(last + machine.receive(.cancelled, at: context.clock.now))
    }

    /// After how long what brings a run to its end is tried again, where the database refuses it.
    private static let storeDelays: [Duration] = [
        .milliseconds(100), .milliseconds(400), .seconds(2), .seconds(4), .seconds(8), .seconds(16),
    ]

    /// Performs what brings the run to its end, as far as it can: what the world does not take is left out. What the
    /// database does not take is tried again, and ends it all if it stays so: then another instance takes the run up.
    private mutating func performAll(_ actions: [RunAction]) async {
        for action in actions {
            do {
                try await Self.again(context, machine.order) { _ in try await perform(action) }
            } catch is CancellationError {
                return
            } catch is SQLError {
                return
            } catch {
                context.log.error("run \(machine.order.runID): \(error)")
            }
        }
    }

    /// Does something, and does it again after a while where the database refuses; `body` is told whether it is again. Throws
    /// the database's error where it stays so.
    private static func again(
        _ context: ServiceContext, _ order: RunOrder, _ body: (_ isAgain: Bool) async throws -> Void
    ) async throws {
        var delays = storeDelays[...]
        var isAgain = false
        while true {
            do { return try await body(isAgain) } catch let error as SQLError {
                context.log.error("run \(order.runID): \(error)")
                guard let delay = delays.popFirst() else { throw error }
                isAgain = true
                try await context.clock.sleep(for: delay)
            }
        }
    }

    private mutating func feed(_ input: RunInput) async throws {
        let actions = machine.receive(input, at: context.clock.now)
        guard !machine.isEnding else {
            // A run that has decided to fail must not fail at that: nobody would ever hear of it.
            await performAll(actions)
            return try Task.checkCancellation()
        }
        for action in actions { try await perform(action) }
    }

    /// Saves the answer and the end of the run. Where the database refuses, it is tried again: a commit whose reply was lost
    /// has taken effect, and only the store can say so.
    private func complete(_ answer: String, _ checkpoint: RunCheckpoint) async throws {
        try await Self.again(context, machine.order) { isAgain in
            if isAgain, try await store.isCompleted(machine.order) {
                try await store.forgetState(of: machine.order)
            } else {
                try await store.complete(machine.order, answer: answer, checkpoint, at: context.clock.now)
            }
        }
    }

    private mutating func perform(_ action: RunAction) async throws {
        let order = machine.order
        switch action {
        case .post(let event):
            unacknowledged = event
            try await posting.post(event)
            unacknowledged = nil
        case .save(let checkpoint):
            if checkpoint.state.phase == .recorded, context.deviates(.stateSavedBehind) {
                Task { [store, context] in try await store.save(checkpoint, of: order, at: context.clock.now) }
                for _ in 0..<3 { await Task.yield() }
                return
            }
            try await store.save(checkpoint, of: order, at: context.clock.now)
        case .waitForTool(let duration):
            if duration > .zero { try await context.clock.sleep(for: duration) }
            if let faults = context.faults, let tool = machine.toolUnderWay?.tool, faults.deniesTool(tool.name) {
                return try await feed(.toolDenied)
            }
            try await feed(.toolElapsed)
        case .pause(let duration):
            if duration > .zero { try await context.clock.sleep(for: duration) }
            try await feed(.paused)
        case .askModel(let request):
            let call = ModelCall(context: context, request: request, userID: order.userID)
            let end = try await call.pieces { try await feed(.text($0)) }
            if let usage = end.usage { try await feed(.used(usage)) }
            try await feed(.textEnded(end.calls))
        case .meter(let call):
            try await Self.again(context, order) { isAgain in
                let suffix = isAgain && context.deviates(.tokensChargedTwice) ? "-again" : ""
                try await store.charge(call, of: order, suffix: suffix)
            }
            try await posting.report(call)
        case .write(let name, let content):
            try context.artifacts.write(content, as: name, of: order.runID, for: context.artifactOwner(order.userID))
            try await feed(.written)
        case .record(let events):
            do { try await posting.record(events) } catch let failure as RunFailure {
                if context.deviates(.failedAnswerKept), let answer = events.last?.data["result"]?.string {
                    try await store.keepAnswer(answer, of: order, at: context.clock.now)
                }
                throw failure
            }
            try await feed(.recorded)
        case .complete(let answer, let checkpoint):
            try await complete(answer, checkpoint)
            try await feed(.completed)
        case .fail(let reason, let checkpoint):
            try await store.fail(order, reason: reason, checkpoint, at: context.clock.now)
        case .announce: try await store.announce(order, at: context.clock.now)
        }
    }
}

extension ServiceContext {
    /// Whose folder a user's artifacts are in.
    func artifactOwner(_ userID: String) -> String { deviates(.artifactShared) ? "shared" : userID }
}
