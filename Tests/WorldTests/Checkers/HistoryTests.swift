// Histories as they are recorded, drawn and made short.

import Kernel
import Testing

@testable import Suites

@Suite struct HistoryTests {
    private struct Refusal: Error {}
    private struct Cut: Error {}

    @Test func theRecorderKeepsWhatIsKnown() async throws {
        let recorder = HistoryRecorder<String, Int>()
        _ = try await recorder.record("ada", "one") { 1 }
        await #expect(throws: Refusal.self) {
            try await recorder.record("ada", "two", isRefusal: { $0 is Refusal }) { throw Refusal() }
        }
        await #expect(throws: Cut.self) {
            try await recorder.record("bob", "three", isRefusal: { $0 is Refusal }) { throw Cut() }
        }
        let operations = recorder.history.operations
        #expect(operations.map(\.action) == ["one", "two", "three"])
        #expect(operations.map(\.outcome) == [.returned(1), .failed, .unknown])
        #expect(operations.map { [$0.begin.order, $0.end?.order ?? 0] } == [[1, 2], [3, 4], [5, 6]])
    }

    @Test func whatOverlapsIsRecordedSo() async throws {
        let recorder = HistoryRecorder<String, Int>()
        _ = try await recorder.record("ada", "outer") { try await recorder.record("bob", "inner") { 1 } }
        let operations = recorder.history.operations
        #expect(operations.map { [$0.begin.order, $0.end?.order ?? 0] } == [[1, 4], [2, 3]])
    }

    @Test func barsKeepTheOrderOfMoments() {
        let lines = TimeLine.draw([
            .init(row: "ada", label: "a long label", begin: 1, end: 4), .init(row: "bob", label: "x", begin: 2, end: 3),
            .init(row: "bob", label: "y", begin: 5, end: nil), .init(row: "bob", label: "z", begin: 6, end: 7),
        ])
        #expect(
            lines == [
                "ada  |-- a long label --|", "bob    |-- x --|          |-- y ~~~~ ?", "bob                         |-- z --|",
            ])
        #expect(TimeLine.draw([]) == [])
    }
}
