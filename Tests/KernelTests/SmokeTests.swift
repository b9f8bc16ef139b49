import Foundation
import Kernel
import Testing

@Test func sleepsInVirtualTime() throws {
    let outcome = Simulation.run(.init(seed: 1)) { simulation in
        try await Task.sleep(for: .seconds(3600))
        let t = Task { UUID().uuidString + "\([1, 2, 3, 4, 5].shuffled())" }
        return await t.value + "\(Date())"
    }
    print(try outcome.value, outcome.elapsed, outcome.steps, outcome.fingerprint, outcome.hungTasks)
}
