// One user's way through a case: named steps, each timed, traced and named in what goes wrong.

import Kernel
import Worlds

/// Takes one user through a case step by step, and keeps the report.
final class Journey {
    let user: String
    let world: World
    /// The user's own typed callers.
    let client: UserClient
    private(set) var report = CaseReport()
    private var step = "start"

    init(_ user: String, in world: World) {
        self.user = user
        self.world = world
        client = world.client(user)
    }

    /// The world's time.
    var clock: WorldClock { world.clock }

    /// Goes through `body`; nil where it ended before its end.
    func carryOut<Result>(_ body: (Journey) async throws -> Result) async -> Result? {
        do {
            return try await body(self)
        } catch is JourneyEnded {
            // The finding is in the report.
        } catch {
            find("\(error)")
        }
        return nil
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

    /// Does something, and does it again after a while where that finds anything, until it finds nothing or `limit` is over: for
    /// what is to be so in the end. What was found before the last time does not count. `body` is told whether it is again.
    func eventually(within limit: Duration, _ body: (_ isAgain: Bool) async throws -> Void) async throws {
        let (before, deadline) = (report, clock.now.advanced(by: limit))
        var pause = Duration.milliseconds(250)
        try await body(false)
        while report.findings.count > before.findings.count, clock.now.advanced(by: pause) < deadline {
            try await clock.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
            report = before
            try await body(true)
        }
    }

    /// Notes that something is wrong in the current step.
    func find(_ message: String) { report.findings.append(Finding(user: user, step: step, message)) }

    /// Notes what is wrong unless `condition` holds; returns whether it does.
    @discardableResult
    func check(_ condition: Bool, _ message: @autoclosure () -> String) -> Bool {
        report.checks += 1
        if !condition { find(message()) }
        return condition
    }

    /// Notes that something has happened that need not happen, but that the case is to see under some seeds: a search that
    /// never sees it has shown less than it seems. `mark` is one of those that the case declares.
    func sometimes(_ mark: String, _ condition: Bool = true) { if condition { report.marks.insert(mark) } }

    /// Notes what is wrong unless a value is the expected one.
    @discardableResult
    func expect<Value: Equatable>(_ value: Value, _ expected: Value, _ what: String) -> Bool {
        check(value == expected, "\(what) is \(Self.spoken(value)), expected \(Self.spoken(expected))")
    }

    /// A value as a reader wants it: what an optional holds, or `nothing`.
    private static func spoken(_ value: Any) -> String {
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .optional else { return "\(value)" }
        return mirror.children.first.map { spoken($0.value) } ?? "nothing"
    }

    /// Notes what is wrong unless something took less than a limit.
    func within(_ limit: Duration, from begin: Instant, to end: Instant, _ what: String) {
        let took = begin.duration(to: end)
        check(took < limit, "\(what) took \(took), expected less than \(limit)")
    }

    /// Notes what is wrong unless less than a limit has passed.
    func within(_ limit: Duration, since begin: Instant, _ what: String) { within(limit, from: begin, to: clock.now, what) }

    /// Notes all that a checker found.
    func note(_ messages: [String]) {
        report.checks += 1
        messages.forEach(find)
    }

    /// Notes what is wrong unless `body` is refused, as `isRight` sees it.
    func expectRefusal<Result>(
        _ what: String, _ isRight: (any Error) -> Bool, _ body: () async throws -> Result
    ) async throws {
        report.checks += 1
        do {
            _ = try await body()
            find("\(what) was not refused")
        } catch let end as JourneyEnded {
            throw end
        } catch {
            if !isRight(error) { find("\(what) was refused in a way that was not expected: \(error)") }
        }
    }
}

/// A journey that can go no further; its finding is in the report.
struct JourneyEnded: Error {}
