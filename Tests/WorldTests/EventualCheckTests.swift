// What is to be so in the end: looked at until it is, or until the time is over.

import Kernel
import Runner
import Testing
import Worlds

@testable import Suites

struct EventualCheckTests {
    /// The findings of a case whose world is right from a time on, and when it was looked at, in seconds since the first time.
    private static func looks(rightAfter time: Duration) throws -> (findings: [String], at: [Double]) {
        let outcome = SimulatedWorld.run(try blueprint(seed: 1)) { world in
            let journey = Journey("user-1", in: world)
            let begin = world.clock.now
            var looks: [Double] = []
            journey.find("found before")
            try await journey.eventually(within: .seconds(20)) { isAgain in
                #expect(isAgain == !looks.isEmpty)
                let passed = begin.duration(to: world.clock.now)
                looks.append(passed.milliseconds / 1000)
                journey.check(passed >= time, "it is wrong at \(looks.count)")
            }
            return (journey.report.findings.map(\.message), looks)
        }
        return try outcome.value
    }

    @Test func whatIsSoIsSeenOnce() throws {
        let (findings, looks) = try Self.looks(rightAfter: .zero)
        #expect(findings == ["found before"] && looks == [0])
    }

    @Test func whatComesToBeSoIsForgiven() throws {
        let (findings, looks) = try Self.looks(rightAfter: .seconds(2))
        #expect(findings == ["found before"] && looks == [0, 0.25, 0.75, 1.75, 3.75])
    }

    @Test func whatIsNeverSoIsFoundOnce() throws {
        let (findings, looks) = try Self.looks(rightAfter: .seconds(1000))
        #expect(findings == ["found before", "it is wrong at \(looks.count)"])
        #expect(looks.count > 5 && looks.allSatisfy { $0 <= 20 })
    }
}
