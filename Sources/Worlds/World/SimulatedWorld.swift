// A world in a simulation: built, used and taken down inside it.

import Crypto
import Faults
public import Kernel
import SQLiteStore
import SimulatedTransport
import Wire

/// Worlds on virtual time.
public enum SimulatedWorld {
    /// Builds the blueprint's world in a simulation of its own, runs `body` in it, and takes it down. Blocks the
    /// calling thread; several may run at once on several threads. The order of ready tasks is the seed's where none is
    /// given and the blueprint's faults list none.
    public static func run<Value: Sendable>(
        _ blueprint: Blueprint, order: Simulation.Order? = nil, recordsSchedule: Bool = false,
        _ body: @escaping @Sendable (World) async throws -> Value
    ) -> Simulation.Outcome<Value> {
        warmUp
        var configuration = Simulation.Configuration(seed: blueprint.seed)
        configuration.keepsTrace = blueprint.keepsTrace
        configuration.order = order ?? blueprint.faults.order
        if let limit = blueprint.timeLimit { configuration.timeLimit = limit }
        configuration.recordsSchedule = recordsSchedule
        return Simulation.run(configuration) { simulation in
            let world = try await World.start(blueprint, over: SimulatedNetwork(simulation), trace: simulation.trace) {
                Address(host: $1 == 1 ? $0.rawValue : "\($0.rawValue)-\($1)", port: 80)
            }
            let result: Result<Value, any Error>
            do { result = .success(try await body(world)) } catch { result = .failure(error) }
            try await world.shutDown()
            return try result.get()
        }
    }

    /// What libraries do once per process must not happen inside a simulation: a queue's first thread would be a leak,
    /// and a generator's first seed would make the first simulation unlike the others.
    private static let warmUp: Void = {
        ServiceFoundation.warmUp()
        _ = SHA256.hash(data: [0])
        _ = P256.Signing.PrivateKey()
    }()
}
