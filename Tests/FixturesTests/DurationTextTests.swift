// Durations as people write them.

import Fixtures
import Testing

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("0s", Duration.zero), ("7ns", .nanoseconds(7)), ("250us", .microseconds(250)), ("20ms", .milliseconds(20)),
        ("1.5s", .milliseconds(1500)), ("2m", .seconds(120)), ("1h", .seconds(3600)), (".5s", .milliseconds(500)),
        ("0.1ms", .microseconds(100)), ("100000h", .seconds(360_000_000)),
    ])
    func readable(text: String, duration: Duration) { #expect(Duration(text: text) == duration) }

    @Test(arguments: [
        "", "s", "20", "20 ms", "-1s", "+1s", "1.2.3s", "1e3s", "20MS", "20sec", "1d", ".s", "1s1s", "\u{0663}s", " 1s", "1s ",
        "99999999999h",
    ])
    func unreadable(text: String) { #expect(Duration(text: text) == nil) }

    @Test(arguments: [
        (Duration.zero, "0s"), (.nanoseconds(1), "1ns"), (.microseconds(250), "250us"), (.milliseconds(20), "20ms"),
        (.milliseconds(1500), "1.5s"), (.seconds(90), "1.5m"), (.seconds(7200), "2h"),
    ])
    func written(duration: Duration, text: String) {
        #expect(duration.text == text)
        #expect(Duration(text: text) == duration)
    }
}
