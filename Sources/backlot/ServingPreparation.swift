// What serving needs whatever the arguments say.

import Worlds

/// What an environment on loopback needs whatever the arguments say: the fixtures, and what is slow when it is first used. That
/// takes about as long as reading the arguments does, so `up` and `exec` do both at once.
struct ServingPreparation: Sendable {
    /// Begun when it is first asked for.
    static let shared = ServingPreparation()

    private let reading = Task.detached { try await FixtureSet.loadConcurrently(Installation.fixtureFolder()) }
    private let warming = Task.detached { await LocalWorld.warmUp() }

    private init() {}

    /// Returns the fixtures when all is ready. Throws an `InputError` with file and line.
    func finish() async throws -> FixtureSet {
        let fixtures = try await reading.value
        await warming.value
        return fixtures
    }
}
