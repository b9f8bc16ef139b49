// What rules are shown: one thing that happens at one place, for the how-many-th time.

public import Kernel
public import Wire

/// The sites at which faults happen. Their names stand in decision lists.
public enum FaultSite: String, Sendable, Hashable, CaseIterable {
    /// Bytes that go over a link: what one flush writes.
    case delivery
    /// A connection that is opened on a link.
    case connection
    /// The end of a connection on a link, one way.
    case ending
    /// A WebSocket message on a link.
    case message
    /// A request at a service's host.
    case request
    /// A request that shows a token, at a service's host.
    case token
    /// A response that is a stream of events, at a service's host.
    case stream
    /// Any response, at a service's host.
    case response
    /// A response in which a model calls a tool, at a service's host.
    case toolCall = "tool-call"
    /// An SQL statement of a service.
    case statement
    /// The commit of a service: the end of a transaction, or of a statement by itself that writes.
    case commit
    /// A command of a service to the cache.
    case cache
    /// A call of a tool by an agent.
    case tool
    /// An insert into a table of the analytics.
    case insert
    /// A request that reaches the process of a service.
    case arrival
    /// A time that comes for the process of a service.
    case appointment
    /// A start of the process of a service.
    case start

    /// How plans write such a site.
    public var form: PlaceForm {
        switch self {
        case .delivery, .connection, .ending, .message: .link
        case .request, .token, .stream, .response, .toolCall: .route
        case .statement, .commit: .sql
        case .cache: .cache
        case .tool: .tool
        case .insert: .insert
        case .arrival, .appointment, .start: .service
        }
    }
}

/// How a place is written in plans.
public enum PlaceForm: String, Sendable, Hashable, CaseIterable {
    /// `agent->llm`
    case link
    /// `llm POST /v1/chat/completions`
    case route
    /// `auth sql insert`
    case sql
    /// `auth cache get`
    case cache
    /// `agent tool search`
    case tool
    /// `analytics insert agent_events`
    case insert
    /// `agent`
    case service
}

/// Where something happens.
public enum FaultPlace: Sendable, Hashable {
    /// On a link, one way. A connection that is opened goes forth.
    case link(FaultSite, LinkName, LinkDirection)
    /// At a service's host.
    case route(FaultSite, RequestName)
    /// What a service does: the kind of a statement (`select`, `insert`, ...), the name of a command or of a tool, a table.
    case store(FaultSite, Endpoint, operation: String)
    /// In the process of a service.
    case process(FaultSite, Endpoint)
    /// A time that comes for a process, for one kind of fault: each kind is counted for itself. Crashes, the oldest kind,
    /// have the process alone as their place.
    case occasion(Endpoint, fault: String)

    /// What kind of place it is.
    public var site: FaultSite {
        switch self {
        case .link(let site, _, _), .route(let site, _), .store(let site, _, _), .process(let site, _): site
        case .occasion: .appointment
        }
    }

    /// To whom it happens, as decision lists name it: `user-1->agent->`, `agent->llm POST /v1/chat/completions`,
    /// `auth insert`, `agent`, `agent pause`.
    public var actor: String {
        switch self {
        case .link(.connection, let link, _): link.description
        case .occasion(let service, let fault): "\(service) \(fault)"
        case .link(_, let link, let direction): "\(link)\(direction.rawValue)"
        case .route(_, let request): request.description
        case .store(_, let service, let operation): "\(service) \(operation)"
        case .process(_, let service): service.description
        }
    }
}

/// A request as its service's host knows it: who sent it, to whom, and for what.
public struct RequestName: Sendable, Hashable, CustomStringConvertible {
    /// Who sent it to whom.
    public let link: LinkName
    /// The method.
    public let method: String
    /// The service's route that answers it, such as `/api/threads/{id}`; the path where it has none.
    public let route: String
    /// The path, without query.
    public let path: String

    /// A request from its parts.
    public init(link: LinkName, method: String, route: String, path: String) {
        self.link = link
        self.method = method
        self.route = route
        self.path = path
    }

    public var description: String { "\(link) \(method) \(route)" }
}

/// Something that a rule may judge.
public struct FaultEvent: Sendable {
    /// Where it happens.
    public let place: FaultPlace
    /// How many events came to this place: the first has 1.
    public let occurrence: UInt64
    /// When it happens, since the world began.
    public let time: Duration
    /// How many bytes it is about; for deliveries.
    public let bytes: Int
    /// What it says; nil where no fault asks.
    public let content: FaultContent?
    /// The time in which the fault is planned; nil where that is always. Set for each fault that is asked.
    public internal(set) var window: FaultWindow?
    /// How many of the events here met the fault's condition; nil where it has none. Set for each fault that is asked.
    public internal(set) var ordinal: UInt64?
    /// The fault's chance for the whole link, both ways, whatever the occurrence. Set for each fault that is asked.
    public internal(set) var linkDraw = Draw(bits: 0)

    /// An event from its parts.
    public init(
        _ place: FaultPlace, occurrence: UInt64, time: Duration = .zero, bytes: Int = 0, content: FaultContent? = nil
    ) {
        self.place = place
        self.occurrence = occurrence
        self.time = time
        self.bytes = bytes
        self.content = content
    }
}
