// Whatever would leave the simulation's thread, or stop it for good, ends the run and is named.

import Dispatch
import Foundation
import Glibc
import Kernel
import Testing

private struct NamedLeak: Sendable, CustomTestStringConvertible {
    let call: String
    let body: @Sendable () async throws -> Void
    var testDescription: String { call }
}

private let leaks: [NamedLeak] = [
    NamedLeak(call: "dispatch_async") { DispatchQueue.global().async {} },
    NamedLeak(call: "dispatch_after") { DispatchQueue.global().asyncAfter(deadline: .now() + 1) {} },
    NamedLeak(call: "dispatch_activate") {
        let timer = DispatchSource.makeTimerSource()
        timer.schedule(deadline: .now() + 1)
        timer.activate()
    },
    NamedLeak(call: "dispatch_semaphore_wait") { waitForever(DispatchSemaphore(value: 0)) },
    NamedLeak(call: "dispatch_group_wait") {
        let group = DispatchGroup()
        group.enter()
        waitForever(group)
    },
    NamedLeak(call: "pthread_create") { Thread.detachNewThread {} },
    NamedLeak(call: "pthread_cond_wait") { waitForever(NSCondition()) },
    NamedLeak(call: "socket") { _ = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) },
    NamedLeak(call: "posix_spawn") {
        var child = pid_t()
        var arguments: [UnsafeMutablePointer<CChar>?] = [nil]
        _ = posix_spawn(&child, "/bin/true", nil, nil, &arguments, nil)
    },
]

private func waitForever(_ semaphore: DispatchSemaphore) { semaphore.wait() }
private func waitForever(_ group: DispatchGroup) { group.wait() }
private func waitForever(_ condition: NSCondition) {
    condition.lock()
    condition.wait()
}

@Suite struct LeakTests {
    @Test(arguments: leaks) fileprivate func leaksEndTheRunAndAreNamed(leak: NamedLeak) throws {
        let outcome = Simulation.run(.init(seed: 1)) { _ in try await leak.body() }
        guard case .failure(let error as SimulationError) = outcome.result, case .leak(let call, _) = error else {
            Issue.record("expected a leak, got \(outcome.result)")
            return
        }
        #expect(call == leak.call)
        #expect(error.description.contains(leak.call))
    }

    @Test func aSignalledSemaphoreIsNoLeak() throws {
        let outcome = Simulation.run(.init(seed: 1)) { _ in
            let semaphore = DispatchSemaphore(value: 1)
            waitForever(semaphore)
            semaphore.signal()
            return 5
        }
        #expect(try outcome.value == 5)
    }

    @Test func outsideASimulationEverythingIsReal() async throws {
        let begun = ContinuousClock.now
        try await Task.sleep(for: .milliseconds(20))
        #expect(ContinuousClock.now - begun >= .milliseconds(20))
        #expect(await withCheckedContinuation { done in DispatchQueue.global().async { done.resume(returning: 1) } } == 1)
        #expect(UUID() != UUID())
        #expect(await MainActor.run { 7 } == 7)
    }
}
