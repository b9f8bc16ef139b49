// What the services say that they hold, and what the world knows itself.

import Clients
import Kernel
import StoreKit
import Worlds

/// What an environment holds at one moment.
struct Census: Sendable, Equatable, CustomStringConvertible {
    /// What can be counted everywhere. Tables are counted by name.
    enum Resource: String, Sendable, CaseIterable {
        case webSockets = "WebSockets"
        case runs = "runs"
        case waitingEvents = "waiting events"
        case tasks = "tasks"
        case timers = "timers"
        /// Connections at the services, those of other services' pools among them.
        case connections = "connections"
        /// Users of whom the events service knows anything; it forgets them some time after they have gone.
        case knownUsers = "known users"
        /// Events that the events service keeps to send them again; it forgets them some time after.
        case keptEvents = "kept events"
        case cacheEntries = "cache entries"
    }

    /// How many there are of each; what cannot be counted in this world is not there.
    private(set) var counts: [Resource: Int] = [:]
    /// The rows of the tables that were asked for, in their order.
    private(set) var rows: [TableCount] = []

    /// How many rows a table has.
    struct TableCount: Sendable, Equatable {
        let table: String
        let count: Int
    }

    init(_ counts: [Resource: Int] = [:], rows: [TableCount] = []) {
        self.counts = counts
        self.rows = rows
    }

    /// WebSockets that the events service holds.
    var connections: Int { counts[.webSockets] ?? 0 }
    /// Runs that the agent service holds, under way or waiting.
    var runs: Int { counts[.runs] ?? 0 }
    /// Events that nobody has been sent yet.
    var eventsWaiting: Int { counts[.waitingEvents] ?? 0 }
    /// Tasks that live in the simulation; nil where there is none.
    var tasks: Int? { counts[.tasks] }

    /// What the world knows by itself, without asking anybody: what asks opens connections.
    static func unasked(_ world: World) -> Census {
        var census = Census([.connections: world.openConnections])
        census.counts[.tasks] = Simulation.current?.taskCount
        census.counts[.timers] = Simulation.current?.timerCount
        return census
    }

    /// Asks the services, and where tables are named or the cache is to be counted, the stores.
    static func take(_ journey: Journey, tables: [String] = [], countsCache: Bool = false) async throws -> Census {
        try await journey.take("count what is held") {
            let events = try await journey.client.events.census()
            let agent = try await journey.client.agent.census()
            var census = Census([
                .webSockets: events.connections, .runs: agent.runsLive + agent.runsWaiting, .waitingEvents: events.eventsWaiting,
                .knownUsers: events.users, .keptEvents: events.eventsKept, .connections: journey.world.openConnections,
            ])
            census.counts[.tasks] = Simulation.current?.taskCount
            census.counts[.timers] = Simulation.current?.timerCount
            for table in tables {
                let rows = try await journey.world.relational.query("SELECT count(*) AS count FROM \(table)")
                census.rows.append(TableCount(table: table, count: Int(rows.first?["count"].integer ?? 0)))
            }
            if countsCache, case .integer(let count) = try await journey.world.cache.perform(["DBSIZE"]) {
                census.counts[.cacheEntries] = Int(count)
            }
            return census
        }
    }

    var description: String {
        "\(connections) WebSockets, \(runs) runs, \(eventsWaiting) waiting events\(tasks.map { ", \($0) tasks" } ?? "")"
    }
}
