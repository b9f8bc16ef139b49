// Readers that agree in time, that disagree, that go on changing, and that were not asked.

import Kernel
import Testing

@testable import Suites

@Suite struct ConvergenceCheckerTests {
    private let deadline = Instant.simulatedEpoch.advanced(by: .seconds(10))

    private func seen(_ reader: String, at second: Int, _ values: [String: String]) -> Observation {
        Observation(reader: reader, time: .simulatedEpoch.advanced(by: .seconds(second)), values: values)
    }

    @Test func whatDiffersBeforeTheDeadlineMayDiffer() {
        let observations = [
            seen("r1", at: 9, ["x": "1"]), seen("r2", at: 9, [:]), seen("r1", at: 10, ["x": "2"]), seen("r2", at: 11, ["x": "2"]),
        ]
        #expect(ConvergenceChecker(deadline: deadline).check(observations, readers: ["r1", "r2"]) == [])
        #expect(ConvergenceChecker(deadline: deadline, expected: ["x": "2"]).check(observations, readers: ["r1", "r2"]) == [])
        #expect(
            ConvergenceChecker(deadline: deadline, expected: ["x": "3", "y": "1"]).check(observations, readers: ["r1", "r2"])
                == ["all readers see x as '2', expected '3'", "all readers see y as nothing, expected '1'"])
    }

    @Test func whoDisagreesOnWhatIsNamed() {
        let observations = [
            seen("r1", at: 11, ["x": "2", "y": "1"]), seen("r2", at: 11, ["x": "1", "y": "1"]), seen("r3", at: 11, ["x": "2"]),
        ]
        #expect(
            ConvergenceChecker(deadline: deadline).check(observations, readers: ["r1", "r2", "r3"]) == [
                "the readers disagree on x: r1, r3 with '2'; r2 with '1'",
                "the readers disagree on y: r1, r2 with '1'; r3 with nothing",
            ])
    }

    @Test func whatStillChangesAndWhoWasNotAskedIsNamed() {
        let observations = [seen("r1", at: 12, ["x": "2"]), seen("r1", at: 11, ["x": "1"]), seen("r2", at: 9, ["x": "2"])]
        #expect(
            ConvergenceChecker(deadline: deadline).check(observations, readers: ["r1", "r2"]) == [
                "r1 saw x change from '1' to '2' at 2026-01-01T00:00:12.000Z, after 2026-01-01T00:00:10.000Z",
                "r2 was not asked after 2026-01-01T00:00:10.000Z, when all was to agree",
            ])
    }
}
