// Swarms: every seed another part of the catalogue, each kind decided for itself; and the plans that have names.

import Faults
import Fixtures
import Kernel
import Testing

private let services = ["auth", "llm", "analytics", "events", "agent"]

@Suite struct SwarmTests {
    @Test func seedsHaveTheirOwn() {
        let swarm = Swarm(services: services)
        var plans: Set<[String]> = []
        var counts: [String: Int] = [:]
        for seed in 1...400 as ClosedRange<UInt64> {
            let faults = swarm.faults(of: Chance(seed: seed))
            #expect(swarm.faults(of: Chance(seed: seed)).map(\.text) == faults.map(\.text))
            plans.insert(faults.map(\.text))
            for fault in faults { counts[fault.name, default: 0] += 1 }
        }
        #expect(plans.count > 390)
        for kind in FaultCatalogue.kinds {
            let count = counts[kind.name] ?? 0
            #expect((140...260).contains(count), "\(kind.name) was in \(count) of 400")
        }
    }

    @Test func plansHangOnTheSeed() throws {
        let plan = try FaultPlan.named("swarm", services: services)
        #expect(!plan.isEmpty)
        let texts = (1...20).map { plan.faults(of: $0).map(\.text) }
        #expect(Set(texts).count > 15)
        let injector = FaultInjector(plan, chance: Chance(seed: 3))
        #expect(injector.faults.map(\.text) == texts[2])
    }

    @Test func namedPlans() throws {
        #expect(try FaultPlan.named("none", services: services).isEmpty)
        let light = try FaultPlan.named("light", services: services)
        #expect(light.faults.count > 5)
        #expect(light.faults(of: 1).map(\.text) == light.faults(of: 2).map(\.text))
        let thrown = #expect(throws: InputError.self) { try FaultPlan.named("ligth", services: services) }
        #expect(thrown?.message.contains("Did you mean 'light'?") ?? false)
    }
}
