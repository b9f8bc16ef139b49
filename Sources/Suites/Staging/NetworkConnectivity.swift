// S1.1: every service can be reached and says that it is well.

import Clients
import Kernel
import Wire
import Worlds

enum NetworkConnectivity {
    static let suiteCase = SuiteCase(
        "staging/network", "Every service of the environment can be reached and says that it is healthy",
        layer: .infrastructure, covers: ["S1.1"]
    ) { stage in
        await stage.journey("probe") { journey in
            for service in ServiceName.allCases {
                guard let path = healthPath(service) else { continue }
                try await journey.take("reach \(service.rawValue)") {
                    let reply = try await journey.client.caller(service).fetch(.get(path))
                    journey.expect("\(reply.status)", "200 OK", "the status of GET \(path)")
                    journey.check(isHealthy(reply, service), "GET \(path) says \(reply.text.prefix(200))")
                }
            }
        }
    }

    /// Where a service says how it is; nil for one that does not speak HTTP.
    private static func healthPath(_ service: ServiceName) -> String? {
        switch service {
        case .auth, .events, .agent, .llm: "/health"
        case .analytics: "/ping"
        case .cache: nil
        }
    }

    private static func isHealthy(_ reply: Reply, _ service: ServiceName) -> Bool {
        if service == .analytics { return reply.text == "Ok.\n" }
        let said = try? JSONValue(json: reply.body)
        return said?["status"]?.string == "healthy"
    }
}
