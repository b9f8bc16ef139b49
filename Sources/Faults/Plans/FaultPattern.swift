// Which places a fault concerns: links, routes, stores or processes.

public import Wire

/// The places that a fault concerns, as plans write them. Each end is a role (`client`, `agent`), an instance (`user-3`,
/// `agent-2`) or `*`.
public enum FaultPattern: Sendable, Hashable, CustomStringConvertible {
    /// `agent->llm`, `agent<-llm`, `agent<->llm`.
    case link(LinkPattern, Set<LinkDirection>)
    /// `llm POST /v1/chat/completions`, `client->agent /api/**`: any caller or method where none is named.
    case route(LinkPattern, method: String?, RoutePattern)
    /// `auth sql insert`, `auth cache`, `agent tool search`, `analytics insert`: any operation where none is named.
    case store(PlaceForm, service: String, operation: String?)
    /// `agent`.
    case service(String)

    /// How it is written.
    public var form: PlaceForm {
        switch self {
        case .link: .link
        case .route: .route
        case .store(let form, _, _): form
        case .service: .service
        }
    }

    /// Whether a place is meant, the site aside.
    public func matches(_ place: FaultPlace) -> Bool {
        switch (self, place) {
        case (.link(let links, let directions), .link(let site, let link, let direction)):
            // To open a connection, both ways are needed.
            (site == .connection || directions.contains(direction)) && links.matches(link)
        case (.route(let links, let method, let route), .route(_, let request)):
            (method == nil || method == request.method) && (route.matches(request.route) || route.matches(request.path))
                && links.matches(request.link)
        case (.store(_, let service, let operation), .store(_, let endpoint, let done)):
            (operation == nil || operation == done) && LinkPattern.matches(service, endpoint)
        case (.service(let service), .process(_, let endpoint)), (.service(let service), .occasion(let endpoint, _)):
            LinkPattern.matches(service, endpoint)
        default: false
        }
    }

    /// Whether the service of a role, or one of its replicas, is among what is meant.
    func concerns(_ role: String) -> Bool {
        let service =
            switch self {
            case .link(let links, _), .route(let links, _, _): links.callee
            case .store(_, let service, _), .service(let service): service
            }
        return service == "*" || service == role || service.hasPrefix(role + "-")
    }

    public var description: String {
        switch self {
        case .link(let links, let directions):
            "\(links.caller)\(directions.count == 2 ? "<->" : directions.first?.rawValue ?? "->")\(links.callee)"
        case .route(let links, let method, let route):
            (links.caller == "*" ? "" : links.caller + "->") + links.callee + (method.map { " " + $0 } ?? "") + " " + route.text
        case .store(let form, let service, let operation):
            "\(service) \(form.rawValue)" + (operation.map { " " + $0 } ?? "")
        case .service(let service): service
        }
    }
}

/// Which links a fault concerns. Each end is a role (`client`, `agent`), an instance (`user-3`) or `*`.
public struct LinkPattern: Sendable, Hashable {
    /// Who opens the connections.
    public let caller: String
    /// Who accepts them.
    public let callee: String

    /// A pattern from its ends.
    public init(caller: String, callee: String) {
        self.caller = caller
        self.callee = callee
    }

    /// Whether a link is meant.
    public func matches(_ link: LinkName) -> Bool {
        Self.matches(caller, link.caller) && Self.matches(callee, link.callee)
    }

    static func matches(_ pattern: String, _ endpoint: Endpoint) -> Bool {
        pattern == "*" || pattern == endpoint.role || pattern == endpoint.instance
    }
}

/// Which paths a fault concerns: segments, in which `*` or `{name}` stands for any one and `**`, at the end, for all that
/// follow.
public struct RoutePattern: Sendable, Hashable {
    /// What was written.
    public let text: String
    private let segments: [String]

    /// A pattern from its text, which begins with `/`.
    public init(_ text: String) {
        self.text = text
        segments = text.split(separator: "/").map(String.init)
    }

    /// Whether a path, or a route with parameters in braces, is meant.
    public func matches(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        for (index, segment) in segments.enumerated() {
            if segment == "**", index == segments.count - 1 { return true }
            guard index < parts.count, Self.isAny(segment) || segment == parts[index] else { return false }
        }
        return parts.count == segments.count
    }

    private static func isAny(_ segment: String) -> Bool {
        segment == "*" || segment.hasPrefix("{") && segment.hasSuffix("}")
    }
}
