// When a failure became inevitable: the chance of it over virtual time, with other chance from each point on.

import Faults
public import Kernel
import Suites
import Worlds

/// How likely a failure is from each point of its run on, if all goes as it went until then.
///
/// From each point several runs go on under other seeds: other faults of the same plan, another order of tasks. The
/// point where the failure becomes likely is where it went wrong, which may be long before it shows.
public struct FailureCourse: Sendable {
    /// One point in time.
    public struct Point: Sendable, Hashable {
        /// Since the world began.
        public let time: Duration
        /// How many of the runs from here failed in the same way.
        public let failed: Int
        /// How many runs there were.
        public let runs: Int

        /// The share that failed.
        public var chance: Double { Double(failed) / Double(max(1, runs)) }
    }

    /// The points, by time.
    public private(set) var points: [Point]
    /// What happened in the run itself.
    public let events: [Trace.Event]

    /// The two points between which the chance of failure rises the most.
    public var turn: (before: Point, after: Point)? {
        zip(points, points.dropFirst()).max { $0.1.chance - $0.0.chance < $1.1.chance - $1.0.chance }
            .map { (before: $0.0, after: $0.1) }
    }

    /// What happened in the turn, bytes on links left out where anything else did.
    public var turningEvents: [Trace.Event] {
        guard let turn else { return [] }
        let all = events.filter { $0.offset >= turn.before.time && $0.offset < turn.after.time }
        let telling = all.filter { $0.kind != .sent }
        return telling.isEmpty ? all : telling
    }

    /// Measures the course of a failure of a simulated run. Nil where it does not fail again. Blocks the calling thread.
    static func measure(
        _ file: FailureFile, _ suiteCase: SuiteCase, _ plan: RunPlan, faults: [PlannedFault], samples: Int, refinements: Int = 10
    ) -> FailureCourse? {
        let variant = FailureVariant(list: file.found.list, users: file.found.users, steps: file.found.steps)
        let whole = CaseRun(suiteCase: suiteCase, seed: file.seed, plan: plan.repeating(variant, keepsTrace: true)).simulate()
        guard FailureSignature.all(of: whole.verdict).contains(file.signature) else { return nil }
        func point(_ time: Duration) -> Point {
            let failures = Threads.map(samples) { sample in
                let seed = Chance(seed: file.seed)
                    .draw(site: "reseed", actor: "\(time.nanosecondsClamped)", occurrence: UInt64(sample)).bits
                var reseeded = plan.repeating(variant)
                reseeded.blueprint.faults = FaultPlan(repeating: variant.list, until: time, then: faults, seed: seed)
                let result = CaseRun(suiteCase: suiteCase, seed: file.seed, plan: reseeded).simulate()
                return FailureSignature.all(of: result.verdict).contains(file.signature)
            }
            return Point(time: time, failed: failures.count { $0 }, runs: samples)
        }
        let first = 8
        var course = FailureCourse(points: (0...first).map { point(whole.elapsed * $0 / first) }, events: whole.events)
        // Where the chance rises the most, it is looked at more closely.
        for _ in 0..<refinements {
            guard let turn = course.turn, turn.after.chance > turn.before.chance,
                turn.after.time - turn.before.time > .microseconds(100)
            else { break }
            course.points.append(point((turn.before.time + turn.after.time) / 2))
            course.points.sort { $0.time < $1.time }
        }
        return course
    }
}
