// The course of a case that bears any fault: users act while faults rage, the faults end, all settles, all must be well.

import Kernel
import Worlds

/// What the users of a chaos case share.
struct ChaosCourse: Sendable {
    let stage: Stage
    /// How many steps each user takes while there are faults.
    let steps: Int
    /// How long a user rests before a step, at most.
    let pause: Duration
    /// What anybody is shown.
    let shown = ShownTexts()

    init(_ stage: Stage, pause: Duration) {
        self.stage = stage
        self.pause = pause
        self.steps = stage.setting.steps ?? 1
    }

    /// Has every user act while there are faults, ends these, waits until what is under way has settled, and has every
    /// user look after what has become of it. `act` returns what the user remembers; nobody may throw there. In the end
    /// nothing may be left of what users took, and nobody may have been shown what is another's.
    func carryOut<Memory: Sendable>(
        act: @escaping @Sendable (ChaosUser) async -> Memory,
        recover: @escaping @Sendable (ChaosUser, Memory) async throws -> Void,
        atLast: @escaping @Sendable (ChaosUser) async throws -> Void = { _ in }
    ) async {
        // A task counts from its first step on.
        try? await stage.world.clock.sleep(for: .milliseconds(1))
        let before = Census.unasked(stage.world)
        let memories = await stage.everyUser { journey in
            try await journey.take("while there are faults") { await act(ChaosUser(journey, self)) }
        }
        let remembered = Dictionary(uniqueKeysWithValues: zip(stage.users, memories))
        await stage.world.endFaults()
        await settle()
        await stage.everyUser { journey in
            guard let memory = remembered[journey.user] ?? nil else { return }
            try await recover(ChaosUser(journey, self), memory)
        }
        await stage.journey("operator") { try await atLast(ChaosUser($0, self)) }
        await settle()
        let after = Census.unasked(stage.world)
        await stage.journey("operator") { journey in
            journey.note(leaks())
            // By now services have closed what nobody uses: pools of connections too are empty again.
            let checker = LeftoverChecker(resources: Simulation.current == nil ? [] : [.tasks, .timers, .connections])
            journey.note(checker.check(before: before, after: after))
        }
    }

    /// What was shown to users to whom it does not belong.
    private func leaks() -> [String] {
        let words = stage.users.map { OwnedToken(text: ChaosUser.word(of: $0, stage.world), owner: $0) }
        return LeakageChecker(words).check(shown.all).map(\.description)
    }

    /// How long it may take until delayed deliveries have arrived, dead connections were noticed, and breakers may close.
    static let settlingTime = Duration.seconds(95)

    /// Waits until all has settled; where time is real, for a moment, see ``ChaosUser/eventually(_:)``.
    func settle() async {
        try? await stage.world.clock.sleep(for: Simulation.current == nil ? .milliseconds(500) : Self.settlingTime)
    }

    /// Whether a service has crashed, at a time or by a request.
    func hasCrashed(_ service: String) -> Bool {
        stage.world.faultLines.contains { $0.hasPrefix("crash ") && $0.contains(service) }
    }

    /// The names of the faults that happened.
    var faults: [String] { stage.world.faultNames }

    /// Whether the cache may have lost what was in it, so that sessions, marks and queues may be gone.
    var cacheMayForget: Bool { stage.world.hasCacheFaults || faults.contains { $0.contains("memory") } }

    /// Whether the parts of the world may have disagreed about the time, or about the keys that sign tokens.
    var tokensMayFail: Bool { faults.contains { $0.contains("clock") || $0.contains("key-") } }
}
