// What the checkers make of the history of one thread.

import Kernel
import Testing

@testable import Suites

@Suite struct ThreadHistoryTests {
    private struct Lost: Error {}

    private let history = ThreadHistory(clock: WorldClock())

    private func rename(_ revision: Int, _ device: String = "phone") async {
        _ = try? await history.recorder.record(device, .rename(revision)) { .renamed }
    }

    private func look(_ revision: Int, title: Int? = nil, _ device: String = "phone") async {
        _ = try? await history.recorder.record(device, .look) {
            .seen(title: ThreadHistory.title(title ?? revision), revision: "\(revision)")
        }
    }

    private func problems() -> [String] { history.problems(of: "ada") }

    @Test func whatWasWrittenIsSeen() async {
        await look(0)
        await rename(10)
        await look(10, "tablet")
        _ = try? await history.recorder.record("phone", .write("a")) { .written }
        _ = try? await history.recorder.record("phone", .list) { .listed(["a"]) }
        await look(10)
        #expect(problems() == [])
    }

    @Test func aLostReplyExcusesEitherTitleAndNotBothInTurn() async {
        await rename(10)
        _ = try? await history.recorder.record("phone", .rename(20)) { throw Lost() }
        await look(10)
        await look(20)
        #expect(problems() == [])
        await look(10)
        #expect(problems().contains { $0.contains("the title is not linearizable") })
    }

    @Test func aLostUpdateATornOneAndALostMessageAreNamed() async {
        await rename(10)
        await look(0)
        #expect(problems().contains { $0.contains("read your writes") })
        await rename(20)
        await look(10, title: 20)
        #expect(problems().contains { $0.contains("read skew") || $0.contains("lost update") || $0.contains("flow") })
        _ = try? await history.recorder.record("phone", .write("a")) { .written }
        _ = try? await history.recorder.record("phone", .list) { .listed([]) }
        #expect(problems().contains("message a was accepted and never reached ada"))
    }
}
