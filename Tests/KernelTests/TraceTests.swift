// The trace and its fingerprint.

import Kernel
import Testing

@Suite struct TraceTests {
    @Test func theFingerprintIsTheSameWhetherEventsAreKept() throws {
        func run(keeps: Bool) throws -> (Fingerprint, Int) {
            var configuration = Simulation.Configuration(seed: 4)
            configuration.keepsTrace = keeps
            let outcome = Simulation.run(configuration) { simulation in
                simulation.trace.record(.step, actor: "user-1", "logs in")
                try await Task.sleep(for: .milliseconds(5))
                simulation.trace.record(.step, actor: "user-1", "logs out")
            }
            _ = try outcome.value
            return (outcome.fingerprint, outcome.trace.events.count)
        }
        let (kept, keptEvents) = try run(keeps: true)
        let (hashed, hashedEvents) = try run(keeps: false)
        #expect(kept == hashed)
        #expect((keptEvents, hashedEvents) == (2, 0))
    }

    @Test func eventsKnowWhenTheyHappened() throws {
        var configuration = Simulation.Configuration(seed: 4)
        configuration.keepsTrace = true
        let outcome = Simulation.run(configuration) { simulation in
            try await Task.sleep(for: .milliseconds(5))
            simulation.trace.record(.service, actor: "auth", "ready")
        }
        #expect(outcome.trace.events.map(\.offset) == [.milliseconds(5)])
    }

    @Test func anythingDifferentGivesAnotherFingerprint() {
        func fingerprint(_ events: [(Trace.Kind, String, String)]) -> Fingerprint {
            Simulation.run(.init(seed: 1)) { simulation in
                for (kind, actor, detail) in events { simulation.trace.record(kind, actor: actor, detail) }
            }.fingerprint
        }
        let runs = [
            fingerprint([]), fingerprint([(.sent, "a", "x")]), fingerprint([(.sent, "a", "y")]),
            fingerprint([(.sent, "b", "x")]), fingerprint([(.closed, "a", "x")]),
            fingerprint([(.sent, "a", "x"), (.sent, "a", "x")]),
        ]
        #expect(Set(runs).count == runs.count)
    }
}
