// Swizzles: every link is clogged or not, from a time in the first half to one in the second, whatever is asked meanwhile.

import Faults
import Kernel
import Testing
import Wire

@Suite struct SwizzleTests {
    private func injector(_ fault: String, seed: UInt64 = 1) throws -> FaultInjector {
        FaultInjector(
            FaultPlan([try FaultExpression.parse(fault, endpoints: ["agent", "llm", "client"])]), chance: Chance(seed: seed))
    }

    /// When a link is clogged: the first and the last of the asked times, and when it is let go.
    private func clog(_ injector: FaultInjector, _ user: String, _ direction: LinkDirection) -> (ClosedRange<Int>, Duration)? {
        let place = FaultPlace.link(.delivery, LinkName(from: .client(user), to: .service("agent")), direction)
        var times: [Int] = []
        var releases: Set<Duration> = []
        for millisecond in stride(from: 0, through: 7000, by: 10) {
            let time = Duration.milliseconds(millisecond)
            let event = FaultEvent(place, occurrence: UInt64(millisecond + 1), time: time)
            if case .delay(let delay) = injector.judge(event) {
                times.append(millisecond)
                releases.insert(time + delay)
            }
        }
        guard let first = times.first, let last = times.last, releases.count == 1, let release = releases.first else {
            return nil
        }
        #expect(times == Array(stride(from: first, through: last, by: 10)), "clogged without a gap")
        return (first...last, release)
    }

    @Test func someLinksAreCloggedEachInItsTime() throws {
        let injector = try injector("*<->*: swizzle@t=1s..6s")
        var beginnings: Set<Int> = []
        var releases: Set<Duration> = []
        for user in 1...60 {
            guard let (times, release) = clog(injector, "user-\(user)", .forth) else { continue }
            #expect(times.lowerBound >= 1000 && times.lowerBound <= 3510)
            #expect(release >= .milliseconds(3500) && release <= .seconds(6))
            beginnings.insert(times.lowerBound)
            releases.insert(release)
            // Both ways at once.
            #expect(clog(injector, "user-\(user)", .back)?.1 == release)
        }
        #expect((18...42).contains(releases.count), "\(releases.count) of 60 links")
        #expect(beginnings.count > 15)
    }

    @Test func theShareIsHeld() throws {
        for (share, expected) in [(1, 0...6), (100, 60...60)] {
            let injector = try injector("*<->*: swizzle(share=\(share))@t=1s..6s")
            #expect(expected.contains((1...60).count { clog(injector, "user-\($0)", .forth) != nil }))
        }
    }
}
