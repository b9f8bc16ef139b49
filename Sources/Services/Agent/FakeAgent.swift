// The agent service: threads and messages of users, and runs that answer them by a script.

import HTTPTypes
import Hummingbird
import Kernel
import Logging
public import ServiceKit
import StoreKit
import Synchronization
import Wire

/// The fake of the product's backend.
///
/// Every route but those of health and discovery asks `auth` whose token it was given. A message for an agent is answered at
/// once; the run goes on in ``run()``, which posts its events to `events` and its rows to `analytics`. A run that the
/// service's end interrupts stays in the store as it was last saved, and the next instance takes it up from there.
public final class FakeAgent: Service {
    public let name = "agent"

    let context: ServiceContext
    let store: AgentStore
    let scripts: AgentScripts
    let queue: RunQueue
    let beginning: Instant
    /// The question of the run that began last; see ``Deviation/contextShared``.
    private let lastMessage = Mutex<String?>(nil)

    /// The service in its world, with the scripts of its agents.
    public init(context: ServiceContext, scripts: AgentScripts) {
        self.context = context
        self.scripts = scripts
        store = AgentStore(context)
        queue = RunQueue(leaks: context.deviates(.runLeak))
        beginning = context.clock.now
    }

    public func prepare() async throws { try await store.prepare() }

    public var routes: ServiceRoutes { Self.sharedRoutes }

    /// The routes of all instances.
    public static let sharedRoutes = ServiceRoutes(of: FakeAgent.self) { routes in
        addHealthRoutes(to: routes)
        addThreadRoutes(to: routes)
        addMessageRoutes(to: routes)
        addRunRoutes(to: routes)
        addArtifactRoutes(to: routes)
    }

    public func run() async throws {
        try await takeUpUnfinishedRuns()
        await queue.serve { ticket in await self.perform(ticket) }
    }

    /// Takes up the runs that are in the store and not in the queue.
    func takeUpUnfinishedRuns() async throws {
        let unfinished = try await unfinishedRuns()
        for ticket in context.deviates(.oneRunResumed) ? unfinished.prefix(1) : unfinished[...] { queue.append(ticket) }
    }

    /// What another instance has left. A database that refuses is asked again: an agent that served nobody would be none.
    private func unfinishedRuns() async throws -> [RunTicket] {
        var wait = Duration.milliseconds(100)
        while true {
            do {
                return try await store.unfinishedRuns(scripts, log: context.log, at: context.clock.now)
            } catch let error as SQLError {
                context.log.error("unfinished runs cannot be read, trying again in \(wait): \(error)")
                try await context.clock.sleep(for: wait)
                wait = min(wait * 2, .seconds(10))
            }
        }
    }

    private func perform(_ ticket: RunTicket) async {
        var ticket = ticket
        if context.deviates(.contextShared) {
            let message = ticket.order.message
            ticket.order.message = lastMessage.withLock { last in
                defer { last = message }
                return last ?? message
            }
        }
        let id = ticket.order.runID
        var performance = RunPerformance(ticket, context: context, store: store)
        do {
            // A run whose cancelling was saved has its last event already: it is sent again as it is, and not another one.
            let isUntold = ticket.saved.map { $0.isCancelled && $0.state.phase != .cancelled } ?? false
            if isUntold || queue.isCancelled(id) { return await performance.cancel() }
            if ticket.saved == nil, context.deviates(.slowStart) { try await context.clock.sleep(for: .seconds(6)) }
            try await performance.perform(ticket.saved == nil ? .begin : .resume)
            if context.deviates(.staleStateCached), let saved = ticket.saved {
                try await store.cacheState(saved.state, of: ticket.order)
            }
        } catch {
            guard error is RunCancelled || queue.isCancelled(id) else { return context.log.info("run \(id) was interrupted") }
            // This task is cancelled, so another one brings the run to its end.
            let ending = Task { [performance] in
                var performance = performance
                await performance.cancel()
            }
            queue.replace(id, by: ending)
            await ending.value
        }
    }

    /// Answers a request of a user: finds out who that is, and makes a store that cannot be used a 503.
    func answer(_ request: Request, _ body: (Identity) async throws -> Response) async throws -> Response {
        do {
            return try await answerByToken(request, body)
        } catch let error as ServiceError where context.deviates(.stackInError) {
            return try Self.leak(error)
        }
    }

    private func answerByToken(_ request: Request, _ body: (Identity) async throws -> Response) async throws -> Response {
        guard let token = request.headers.bearerToken else {
            throw ServiceError(.unauthorized, "Not authenticated", headers: [.wwwAuthenticate: "Bearer"])
        }
        guard let identity = try await context.identity(ofAccessToken: token) else {
            throw ServiceError(.unauthorized, "Invalid or expired token")
        }
        do {
            return try await body(identity)
        } catch let error as SQLError {
            context.log.error("\(error)")
            throw ServiceError(.serviceUnavailable, "Database temporarily unavailable")
        }
    }

    /// An error as nobody should show it: with the place in the source, and what called it.
    private static func leak(_ error: ServiceError) throws -> Response {
        let source = "FakeAgent.swift"
        let body: JSONValue = [
            "detail": .string(error.detail), "error": true, "source_file": .string(source), "line_number": 96,
            "stack_trace": [
                .string("File \"\(source)\", line 96, in answer"), "    return try await body(identity)",
                .string("ServiceError: \(error.detail)"),
            ],
        ]
        var response = Response.json(value: body)
        response.status = error.status
        return response
    }
}
