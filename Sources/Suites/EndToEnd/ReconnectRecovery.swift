// E2.4: a connection that breaks in the middle of a run loses nothing.

import Clients
import Kernel
import Wire
import Worlds

enum ReconnectRecovery {
    static let suiteCase = SuiteCase(
        "e2e/reconnect-recovery",
        "A socket breaks in the middle of a run; the next one resumes, and no event is lost or comes twice",
        layer: .flows, covers: ["E2.4"], catches: ["resume-loses-queue"]
    ) { stage in
        await stage.everyUser { try await walk($0) }
    }

    private static func walk(_ journey: Journey) async throws {
        let login = try await journey.logIn()
        var seen: [AgentEvent] = []
        try await journey.withSocket(login) { conversation in
            try await journey.take("ask") { try await conversation.socket.sendUserMessage("What does \(journey.user) spend?") }
            try await journey.take("read until a tool works") {
                _ = try await conversation.receive {
                    if case .event(let event) = $0 { event.kind == .toolExecuting } else { false }
                }
            }
            seen = conversation.events
        }
        // The socket is gone without a word; the run goes on.
        try await journey.clock.sleep(for: .seconds(1))
        let opened = journey.clock.now
        let socket = try await journey.take("resume") {
            try await journey.client.events.connect(token: login.accessToken, lastSequence: seen.last?.sequence)
        }
        defer { socket.connection.abort() }
        var conversation = Conversation(socket, clock: journey.clock)
        try await journey.take("read the rest") { try await conversation.receiveRun() }
        journey.checkRecovered(conversation.events, before: opened)
        let all = seen + conversation.events
        let first = all.first?.sequence ?? 1
        journey.expect(all.map(\.sequence), Array(first..<first + all.count), "the sequence numbers over both sockets")
        journey.note(EventOrderChecker.check(all))
        journey.checkPayloads(all)
    }
}
