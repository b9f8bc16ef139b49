// One user's way through a case: named steps, each timed, traced and named in what goes wrong.

import Kernel
import Worlds

/// Takes one user through a case step by step, and keeps the report.
final class Journey {
    let user: String
    private let world: World
    private(set) var report = CaseReport()
    private var step = "start"

    init(_ user: String, in world: World) {
        self.user = user
        self.world = world
    }

    /// Takes a step. What it throws is a finding of this step, and ends the journey.
    func take<Result>(_ step: String, _ body: () async throws -> Result) async throws -> Result {
        self.step = step
        world.trace.record(.step, actor: user, step)
        let begun = world.clock.now
        report.checks += 1
        do {
            let result = try await body()
            report.timings.append(
                StepTiming(user: user, step: step, duration: begun.duration(to: world.clock.now)))
            return result
        } catch let end as JourneyEnded {
            throw end
        } catch {
            find("\(error)")
            throw JourneyEnded()
        }
    }

    /// Notes that something is wrong in the current step.
    func find(_ message: String) { report.findings.append(Finding(user: user, step: step, message)) }

    /// Notes what is wrong unless `condition` holds.
    func check(_ condition: Bool, _ message: @autoclosure () -> String) {
        report.checks += 1
        if !condition { find(message()) }
    }

    /// Notes all that a checker found.
    func note(_ messages: [String]) {
        report.checks += 1
        messages.forEach(find)
    }
}

/// A journey that can go no further; its finding is in the report.
struct JourneyEnded: Error {}
