// What the services say that they hold.

import Clients
import Kernel
import Worlds

/// What an environment holds at one moment.
struct Census: Sendable, Equatable, CustomStringConvertible {
    /// WebSockets that the events service holds.
    let connections: Int
    /// Runs that the agent service holds, under way or waiting.
    let runs: Int
    /// Events that nobody has been sent yet.
    let eventsWaiting: Int
    /// Tasks that live in the simulation; nil where there is none.
    let tasks: Int?

    /// Asks the services.
    static func take(_ journey: Journey) async throws -> Census {
        try await journey.take("count what is held") {
            let events = try await journey.client.events.census()
            let agent = try await journey.client.agent.census()
            return Census(
                connections: events.connections, runs: agent.runsLive + agent.runsWaiting, eventsWaiting: events.eventsWaiting,
                tasks: Simulation.current?.taskCount)
        }
    }

    var description: String {
        "\(connections) WebSockets, \(runs) runs, \(eventsWaiting) waiting events\(tasks.map { ", \($0) tasks" } ?? "")"
    }
}
