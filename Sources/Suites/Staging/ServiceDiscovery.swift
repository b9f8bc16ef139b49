// S1.4: services are found by name, calls go to all replicas in turn, and a replica that is away gets none.

import Clients
import Kernel
import Mesh
import Wire
import Worlds

enum ServiceDiscovery {
    static let suiteCase = SuiteCase(
        "staging/discovery",
        "Two replicas stand in for each other: either may go, calls are answered, and who comes back is used again",
        layer: .services, covers: ["S1.4"], needs: [.virtualTime],
        arrange: { blueprint in
            blueprint.replicas[.agent] = 2
            blueprint.resilience.clients = .services
        }
    ) { stage in
        await stage.journey("operator") { journey in
            let login = try await journey.logIn()
            let services = try await journey.take("ask what there is") { try await journey.client.agent.services() }
            journey.expect(services.map(\.name), ServiceName.names.sorted(), "the services that agent knows")
            journey.expect(
                services.first { $0.name == "agent" }?.urls.count, 2, "the number of agent's replicas that agent knows")
            try await journey.take("call in turn") { try await call(journey, login, times: 6) }
            for replica in [2, 1] {
                try await journey.take("take replica \(replica) away") { await journey.world.crash(.agent, replica: replica) }
                try await journey.take("call while it is away") { try await call(journey, login, times: 12) }
                try await journey.take("bring it back") { try await journey.world.restart(.agent, replica: replica) }
                // Whoever was found dead is asked again after a while.
                try await journey.clock.sleep(for: .seconds(35))
                try await journey.take("call again") { try await call(journey, login, times: 6) }
            }
        }
    }

    private static func call(_ journey: Journey, _ login: LoggedIn, times: Int) async throws {
        for _ in 1...times { _ = try await journey.client.agent.threads(token: login.accessToken) }
    }
}
