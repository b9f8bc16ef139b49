// Instants, durations and the world's clock.

import Kernel
import Testing

@Suite struct TimeTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (-86_400_000_000_000, "1969-12-31T00:00:00.000Z"),
        (951_782_400_123_000_000, "2000-02-29T00:00:00.123Z"),
        (1_767_225_600_000_000_000, "2026-01-01T00:00:00.000Z"), (4_102_444_799_999_000_000, "2099-12-31T23:59:59.999Z"),
    ]) func instantsPrintAsISO8601(nanoseconds: Int64, text: String) {
        #expect(Instant(nanoseconds: nanoseconds).description == text)
    }

    @Test func instantsPrintWithOtherMarks() {
        #expect(Instant(nanoseconds: 951_782_400_123_999_999).text(between: " ") == "2000-02-29 00:00:00.123")
    }

    @Test(arguments: [0, 1_000_000, 951_782_399_999_000_000, 1_709_164_800_000_000_000, 1_767_225_600_123_000_000, -1_000_000])
    func instantsAreReadAsTheyAreWritten(nanoseconds: Int64) {
        let instant = Instant(nanoseconds: nanoseconds)
        #expect(Instant(iso8601: instant.description) == instant)
    }

    @Test func whatIsNoInstantIsNotRead() {
        #expect(Instant(iso8601: "2026-01-01T00:00:00Z") == .simulatedEpoch)
        #expect(Instant(iso8601: "2026-01-01T00:00:00.5Z") == Instant.simulatedEpoch.advanced(by: .milliseconds(500)))
        for text in [
            "", "Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567890Z", "2026-01-01T00:00:00+01:00",
            "20x6-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00ééZ",
        ] { #expect(Instant(iso8601: text) == nil, "\(text)") }
    }

    @Test func durationsAreHeldWithinSixtyFourBits() {
        #expect(Duration.seconds(Int64.max).nanosecondsClamped == .max)
        #expect(Duration.seconds(Int64.min).nanosecondsClamped == .min)
        #expect(Duration.milliseconds(1500).nanosecondsClamped == 1_500_000_000)
    }

    @Test func theWorldsClockIsVirtualInsideAndRealOutside() throws {
        let outcome = Simulation.run(.init(seed: 1)) { _ in
            let clock = WorldClock()
            let begun = clock.now
            try await clock.sleep(for: .seconds(90))
            return (begun, clock.now)
        }
        let (begun, ended) = try outcome.value
        #expect(begun == .simulatedEpoch)
        #expect(begun.duration(to: ended) == .seconds(90))
        #expect(WorldClock().now > Instant(nanoseconds: 1_700_000_000_000_000_000))
    }

    @Test func cancelledTimersDoNotMoveTime() throws {
        let outcome = Simulation.run(.init(seed: 1)) { _ in
            let sleeper = Task { try await Task.sleep(for: .seconds(5000)) }
            await Task.yield()
            sleeper.cancel()
            _ = await sleeper.result
        }
        #expect(outcome.elapsed == .zero)
    }
}
