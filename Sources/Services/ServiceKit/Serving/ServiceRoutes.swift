// The routes of one kind of service, put together once and shared by all its instances in all worlds.

public import HTTPTypes
public import Hummingbird
public import Logging

/// What a kind of service answers: its routes and middleware, as a router that is complete.
///
/// Putting a router together costs as much as answering dozens of requests, and worlds are built by the thousand. So
/// routes do not belong to an instance: each is handed the instance that is asked.
public struct ServiceRoutes: Sendable {
    let responder: RouterResponder<ServiceRequestContext>
    let table: RouteTable

    /// The routes that `add` adds.
    public init<Asked: Service>(of service: Asked.Type = Asked.self, _ add: (RouteBuilder<Asked>) -> Void) {
        let table = RouteTable()
        let router = Router(context: ServiceRequestContext.self)
        router.add(middleware: ErrorReplies(table: table))
        add(RouteBuilder(router: router))
        table.fill(from: router)
        self.table = table
        responder = router.buildResponder()
    }
}

extension Service {
    /// The response to a request, by the service's routes. What they throw has its response too.
    public func answer(_ request: Request, log: Logger) async -> Response {
        let context = ServiceRequestContext(source: .init(logger: log, service: self))
        do {
            return try await routes.responder.respond(to: request, context: context)
        } catch {
            return (try? ErrorReplies.unexpected(error, request, context)) ?? Response(status: .internalServerError)
        }
    }
}

/// Adds routes to a kind of service.
public struct RouteBuilder<Asked: Service> {
    /// Answers a request to an instance of the service.
    public typealias Handler = @Sendable (Asked, Request, ServiceRequestContext) async throws -> Response

    let router: Router<ServiceRequestContext>

    /// Answers requests of a method to a path; `{name}` in it is a parameter.
    public func on(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
        router.on(RouterPath(path), method: method) { request, context in
            try await handler(context.instance(), request, context)
        }
    }

    /// Answers GET requests to a path.
    public func get(_ path: String, _ handler: @escaping Handler) { on(.get, path, handler) }

    /// Answers POST requests to a path.
    public func post(_ path: String, _ handler: @escaping Handler) { on(.post, path, handler) }

    /// Answers PUT requests to a path.
    public func put(_ path: String, _ handler: @escaping Handler) { on(.put, path, handler) }

    /// Answers DELETE requests to a path.
    public func delete(_ path: String, _ handler: @escaping Handler) { on(.delete, path, handler) }

    /// Has `middleware` around all routes that are added after it.
    public func add(middleware: some MiddlewareProtocol<Request, Response, ServiceRequestContext>) {
        router.add(middleware: middleware)
    }
}

/// What Hummingbird hands to a route besides the request: the instance that is asked, and the route's parameters.
public struct ServiceRequestContext: RequestContext {
    /// Where a context comes from.
    public struct Source: RequestContextSource {
        public let logger: Logger
        let service: any Service
    }

    public var coreContext: CoreRequestContextStorage
    private let service: any Service

    public init(source: Source) {
        coreContext = .init(source: source)
        service = source.service
    }

    /// Bodies of at most 1 MiB are read whole.
    public var maxUploadSize: Int { 1 << 20 }

    /// The instance that is asked. Traps where it is of another kind than the routes: a host asks a service only by
    /// the service's own routes.
    public func instance<Asked: Service>(of kind: Asked.Type = Asked.self) -> Asked {
        guard let asked = service as? Asked else { preconditionFailure("\(type(of: service)) has the routes of \(Asked.self)") }
        return asked
    }
}
