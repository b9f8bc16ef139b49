// The one table of what an environment tells applications: names, values, and what each is for.

public import ServiceKit
public import Wire

/// A variable by which applications find something.
public struct EnvironmentVariable: Sendable, Hashable {
    /// Its name, such as `AUTH_SERVICE_URL`.
    public let name: String
    /// Its value.
    public let value: String
    /// The server that it leads to.
    public let server: String
    /// What it is, in one line.
    public let summary: String
}

/// The servers of an environment, and the variables that name them.
public struct EnvironmentTable: Sendable {
    /// One server of the environment.
    public typealias Entry = (name: String, address: Address, url: String)

    /// The services, and the real servers after them.
    public let entries: [Entry]
    private let hasRealRedis: Bool
    private let deviations: Set<Deviation>

    /// The table of services that listen at these addresses, with real servers where there are some.
    public init(
        _ addresses: [(service: String, address: Address)], servers: [Entry] = [], deviations: Set<Deviation> = []
    ) {
        let auth = addresses.first { $0.service == "auth" }?.address
        entries =
            addresses.map { service, address in
                let clashes = service == "llm" && deviations.contains(.portClash)
                let told = clashes ? auth ?? address : address
                return (service, told, Self.url(service, told))
            } + servers
        hasRealRedis = servers.contains { $0.name == "redis" }
        self.deviations = deviations
    }

    /// Where a service is reached: `ws` for the events, `redis` for the cache, `http` for the others.
    private static func url(_ service: String, _ address: Address) -> String {
        switch service {
        case "events": "ws://\(address)/ws"
        case "cache": "redis://\(address)/0"
        default: "http://\(address)"
        }
    }

    /// The prefix of a server's variables, and what the server is.
    private static let servers: [String: (prefix: String, summary: String)] = [
        "auth": ("AUTH_SERVICE", "the auth service"), "agent": ("BACKEND", "the agent service, the product's backend"),
        "events": ("WEBSOCKET", "the events service's WebSocket"), "llm": ("LLM", "the model's API"),
        "analytics": ("CLICKHOUSE", "the analytics service, by ClickHouse's HTTP interface"),
        "cache": ("REDIS", "the cache, by Redis' protocol"), "redis": ("REDIS", "the real Redis"),
        "postgres": ("POSTGRES", "the real PostgreSQL"),
        "toxiproxy": ("TOXIPROXY", "the TCP proxy's control API, which is Toxiproxy's"),
    ]

    /// The variables, in the order of the servers.
    public var variables: [EnvironmentVariable] {
        // A real Redis takes the names of the cache.
        entries.filter { $0.name != "cache" || !hasRealRedis }.flatMap(variables)
    }

    private func variables(of entry: Entry) -> [EnvironmentVariable] {
        guard let (prefix, summary) = Self.servers[entry.name] else { return [] }
        func variable(_ name: String, _ value: String, _ what: String) -> EnvironmentVariable {
            EnvironmentVariable(name: name, value: value, server: entry.name, summary: "\(what) of \(summary)")
        }
        let isAdrift = entry.name == "agent" && deviations.contains(.portDrift)
        let port = isAdrift ? entry.address.port + 1000 : entry.address.port
        var own = [
            variable(entry.name == "postgres" ? "DATABASE_URL" : "\(prefix)_URL", entry.url, "the address"),
            variable("\(prefix)_HOST", entry.address.host, "the host"), variable("\(prefix)_PORT", "\(port)", "the port"),
        ]
        if entry.name == "llm" {
            own.append(variable("OPENAI_BASE_URL", "\(entry.url)/v1", "the address, as OpenAI's libraries want it,"))
            own.append(variable("OPENAI_API_KEY", "backlot", "a key that does"))
        }
        return own
    }
}

extension Deviation {
    /// Two places name two ports.
    public static let portDrift = Deviation(
        "port-drift", of: "agent", "BACKEND_PORT names another port than BACKEND_URL", isQuirk: true)
    /// Everybody finds the same place.
    public static let portClash = Deviation(
        "port-clash", of: "llm", "the environment names the address of auth for the model's API too")

    /// The deviations of what is told about an environment.
    public static let environmentDeviations: [Deviation] = [portDrift, portClash]
}
