// E3.4: what an agent has done outlives the agent service.

import Clients
import Kernel
import Wire
import Worlds

enum StatePersistence {
    static let suiteCase = SuiteCase(
        "e2e/state-persistence",
        "The agent service crashes in the middle of runs; they go on where they were, and repeat no tool",
        layer: .flows, covers: ["E3.4"], catches: ["state-not-saved", "resume-from-start"]
    ) { stage in
        let users = stage.users
        let (begun, tellBegun) = AsyncStream.makeStream(of: Void.self)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await stage.everyUser(of: users) { try await walk($0) { tellBegun.yield() } }
                tellBegun.finish()
            }
            group.addTask {
                await stage.journey("operator") { journey in
                    // When the first tool of every run is through: before its second is, or soon after.
                    var count = 0
                    for await _ in begun {
                        count += 1
                        if count == users.count { break }
                    }
                    try await journey.take("crash the agent service") { await journey.world.crash(.agent) }
                    try await journey.clock.sleep(for: .milliseconds(200))
                    try await journey.take("start it again") { try await journey.world.restart(.agent) }
                }
            }
        }
    }

    private static func walk(_ journey: Journey, toolIsThrough: () -> Void) async throws {
        let login = try await journey.logIn()
        try await journey.withSocket(login) { conversation in
            try await journey.take("ask") { try await conversation.socket.sendUserMessage("What does \(journey.user) spend?") }
            try await journey.take("read until a tool is through") {
                _ = try await conversation.receive { frame in
                    if case .event(let event) = frame { event.kind == .toolCompleted } else { false }
                }
            }
            toolIsThrough()
            try await journey.take("receive the rest") { try await conversation.receiveRun() }
            let events = conversation.events
            journey.checkPayloads(events)
            journey.expect(
                events.map(\.sequence), Array((events.first?.sequence ?? 1)..<(events.first?.sequence ?? 1) + events.count),
                "the sequence numbers over the crash")
            journey.expect(events.count { $0.kind == .started }, 1, "the number of agent_started")
            let completed = events.filter { $0.kind == .toolCompleted }.compactMap { $0.data["tool_name"]?.string }
            journey.expect(completed, ["log_fetcher", "cost_analyzer"], "the tools that were completed, each once")
            try await journey.settle()
            let state = try await journey.take("ask for the run's state") {
                try await journey.client.agent.runState(events.first?.runID ?? "", token: login.accessToken)
            }
            journey.expect(state.status, "completed", "the state of the run")
        }
    }
}
