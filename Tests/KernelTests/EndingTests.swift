// How simulations end: well, stuck, spinning, or with tasks left behind.

import Kernel
import Testing

private struct Broken: Error {}

@Suite struct EndingTests {
    @Test func theBodysErrorIsTheOutcome() {
        let outcome = Simulation.run(.init(seed: 1)) { _ in throw Broken() }
        #expect(throws: Broken.self) { try outcome.value }
    }

    @Test func aRunThatCanGoNoFurtherSaysWhoWaitsForWhat() {
        let outcome = Simulation.run(.init(seed: 1)) { _ in
            let reason = WaitReason("the reply to", "GET /answer", on: "client->oracle")
            await waiting(for: reason) {
                await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            }
        }
        guard case .failure(let error) = outcome.result else {
            Issue.record("expected a stuck run")
            return
        }
        #expect("\(error)".contains("the reply to GET /answer on client->oracle"))
    }

    @Test func aTaskThatYieldsForeverMeetsTheStepLimit() {
        var configuration = Simulation.Configuration(seed: 1)
        configuration.stepLimit = 10_000
        let outcome = Simulation.run(configuration) { _ in while true { await Task.yield() } }
        guard case .failure(let error as SimulationError) = outcome.result, case .stepLimit(10_000, _) = error else {
            Issue.record("expected the step limit, got \(outcome.result)")
            return
        }
    }

    @Test func aBodyThatTakesTooLongMeetsTheTimeLimit() {
        var configuration = Simulation.Configuration(seed: 1)
        configuration.timeLimit = .seconds(10)
        let outcome = Simulation.run(configuration) { _ in try await Task.sleep(for: .seconds(11)) }
        guard case .failure(let error as SimulationError) = outcome.result, case .timeLimit = error else {
            Issue.record("expected the time limit, got \(outcome.result)")
            return
        }
    }

    @Test func aStepThatNeverReturnsIsGivenUp() {
        var configuration = Simulation.Configuration(seed: 1)
        configuration.patience = .milliseconds(50)
        let outcome = Simulation.run(configuration) { simulation in
            while simulation.elapsed == .zero {}
        }
        #expect(throws: SimulationError.unresponsive(.milliseconds(50))) { try outcome.value }
    }

    @Test func whatTheBodyLeftRunningIsCancelled() throws {
        let outcome = Simulation.run(.init(seed: 1)) { _ in
            Task { try await Task.sleep(for: .seconds(1_000_000)) }
            return 1
        }
        #expect(try outcome.value == 1)
        #expect(outcome.hungTasks == [])
        #expect(outcome.elapsed == .zero)
    }

    @Test func aTaskThatDoesNotHeedCancellationIsReported() throws {
        let outcome = Simulation.run(.init(seed: 1)) { _ in
            Task {
                await waiting(for: WaitReason("a sign from", "nobody", on: "nowhere")) {
                    await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
                }
            }
            await Task.yield()
            try await Task.sleep(for: .seconds(1))
            return 1
        }
        #expect(try outcome.value == 1)
        #expect(outcome.hungTasks.count == 1)
        #expect(outcome.hungTasks.first?.contains("a sign from nobody on nowhere") == true)
    }

    @Test func aSimulationInsideASimulationIsRefused() throws {
        let outcome = Simulation.run(.init(seed: 1)) { _ in
            let inner = Simulation.run(.init(seed: 2)) { _ in 1 }
            let other = await Simulation.start(.init(seed: 2)) { _ in 1 }
            return [inner.result.isNested, other.result.isNested]
        }
        #expect(try outcome.value == [true, true])
    }

    @Test func aThousandLeftOverTasksAreLetGo() throws {
        for seed in 0..<20 as Range<UInt64> {
            let outcome = Simulation.run(.init(seed: seed)) { _ in
                for _ in 0..<1000 { Task { await Task.yield() } }
            }
            #expect(outcome.hungTasks == [])
        }
    }

    @Test func endedSimulationsAreReleased() throws {
        struct Reference: @unchecked Sendable {  // because a weak reference may be read on any thread
            weak var simulation: Simulation?
        }
        let references = try (1...50).map { seed in
            try Simulation.run(.init(seed: seed)) { simulation in
                simulation.atEnd { _ = simulation.elapsed }
                Task { try await Task.sleep(for: .seconds(3600)) }
                try await Task.sleep(for: .seconds(1))
                return Reference(simulation: simulation)
            }.value
        }
        // On a busy machine the threads of some may not have come to their last instruction yet.
        #expect(references.count { $0.simulation != nil } < 25)
    }
}

extension Result where Success == Int, Failure == any Error {
    fileprivate var isNested: Bool {
        if case .failure(let error as SimulationError) = self { return error == .nested }
        return false
    }
}
