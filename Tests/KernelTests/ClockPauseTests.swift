// Clocks of processes that stand still: no timer goes off before they go on.

import Kernel
import Testing

@Suite struct ClockPauseTests {
    /// When two timers went off that were set for 10 and 300 ms, in a process that stands still for 200 ms.
    @Sendable private static func timers() async throws -> [Duration] {
        let pause = ClockPause()
        let clock = WorldClock(pause: pause)
        let begun = clock.now
        async let early: Duration = {
            try await clock.sleep(for: .milliseconds(10))
            return begun.duration(to: clock.now)
        }()
        async let late: Duration = {
            try await clock.sleep(for: .milliseconds(300))
            return begun.duration(to: clock.now)
        }()
        pause.pause(until: begun.advanced(by: .milliseconds(200)))
        // A shorter one changes nothing.
        pause.pause(until: begun.advanced(by: .milliseconds(50)))
        return [try await early, try await late]
    }

    @Test func timersWaitForTheEndOfAPause() throws {
        let times = try Simulation.run(.init(seed: 1)) { _ in try await Self.timers() }.value
        #expect(times == [.milliseconds(200), .milliseconds(300)])
    }

    @Test func inRealTimeToo() async throws {
        let times = try await Self.timers()
        #expect(times[0] >= .milliseconds(200) && times[1] >= .milliseconds(300), "\(times)")
    }

    @Test func aPauseEnds() throws {
        let left = try Simulation.run(.init(seed: 1)) { _ in
            let pause = ClockPause()
            var left = [pause.left]
            pause.pause(until: WorldClock().now.advanced(by: .seconds(2)))
            left.append(pause.left)
            try await WorldClock().sleep(for: .seconds(2))
            left.append(pause.left)
            return left
        }.value
        #expect(left == [nil, .seconds(2), nil])
    }

    @Test func aPausedSleepCanBeCancelled() throws {
        let outcome = Simulation.run(.init(seed: 1)) { _ in
            let pause = ClockPause()
            pause.pause(until: WorldClock().now.advanced(by: .seconds(100)))
            let sleeper = Task { try await WorldClock(pause: pause).sleep(for: .seconds(1)) }
            try await WorldClock().sleep(for: .seconds(5))
            sleeper.cancel()
            return await sleeper.result
        }
        #expect(throws: CancellationError.self) { try outcome.value.get() }
        #expect(outcome.elapsed == .seconds(5))
    }
}
