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

    @Test func aHistoryInOtherWordsKeepsItsMoments() async throws {
        let recorder = HistoryRecorder<String, Int>()
        _ = try await recorder.record("ada", "one") { 1 }
        _ = try await recorder.record("ada", "skipped") { 2 }
        await recorder.mayBegin("bob", "three")
        let other = recorder.history.compactMap { operation -> (action: Int, outcome: Outcome<String>)? in
            operation.action == "skipped" ? nil : (operation.action.count, operation.outcome.map(String.init))
        }
        #expect(other.operations.map(\.action) == [3, 5])
        #expect(other.operations.map(\.outcome) == [.returned("1"), .unknown])
        #expect(other.operations.map { [$0.begin.order, $0.end?.order ?? 0] } == [[1, 2], [5, 6]])
    }

    @Test func anAttemptKnowsItsReplyThoughTheHistoryDoesNot() async {
        let recorder = HistoryRecorder<String, Int>()
        let answer = await recorder.attempt("ada", "one", meaning: { _ in nil }) { "a reply" }
        #expect(answer.value == "a reply")
        let lost = await recorder.attempt("ada", "two", meaning: { (_: String) in 1 }) { throw Cut() }
        #expect(lost.value == nil)
        #expect(recorder.history.operations.map(\.outcome) == [.unknown, .unknown])
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
