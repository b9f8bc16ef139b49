// What the fault injector costs where no fault is planned.

import Benchmark
import Faults
import Kernel
import Suites
import Wire
import Worlds

/// The share of a golden path that goes into asking an injector that has no faults: what one question takes, for four
/// questions about every event of the path's trace. Fewer are asked, so that the figure is an upper bound.
func addInjectorBenchmarks() {
    let share = Figure("injector without faults, % of a path x100")
    Benchmark.figures("Injector", [share]) { benchmark in
        let injector = FaultInjector(.none, chance: Chance(seed: 1))
        let place = FaultPlace.link(.connection, LinkName(from: .client("user-1"), to: .service("agent")), .forth)
        let questions = 1_000_000
        let asking = timed {
            var passed = 0
            for _ in 0..<questions where injector.judge(place) == .pass { passed += 1 }
            return passed
        }
        try WrongResult.unless(asking.value == questions, "an injector without faults has decided on one")

        var blueprint = Blueprint(.simulated, seed: 1, fixtures: try fixtures())
        let setting = CaseSetting(users: 1)
        let paths = 50
        let walking = try timed {
            for _ in 0..<paths {
                let outcome = SimulatedWorld.run(blueprint) { try await SuiteCatalogue.goldenPath.run(in: $0, setting) }
                try WrongResult.unless(try outcome.value.findings.isEmpty, "a golden path has failed")
            }
        }
        blueprint.keepsTrace = true
        let outcome = SimulatedWorld.run(blueprint) { try await SuiteCatalogue.goldenPath.run(in: $0, setting) }
        let events = outcome.trace.events.count
        try WrongResult.unless(events > 50, "a golden path has left \(events) events")
        benchmark.note(
            share, ratio: 100 * Double(4 * events) * asking.seconds / Double(questions) / (walking.seconds / Double(paths)))
    }
}
