// /api/agent: messages that an agent answers, how far it has come, and runs that are listed and cancelled.

import Fixtures
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

extension FakeAgent {
    static func addRunRoutes(to routes: RouteBuilder<FakeAgent>) {
        routes.post("/api/agent/message") { agent, request, _ in
            try await agent.answer(request) { try await agent.begin(try await request.json(), of: $0) }
        }
        for path in ["/api/agent/{run_id}/status", "/api/chat/agents/{run_id}/status"] {
            routes.get(path) { agent, request, context in
                try await agent.answer(request) { user in
                    let id = try context.parameters.require("run_id")
                    guard let status = try await agent.store.runStatus(id, of: user.userID) else {
                        throw try await agent.store.refusal(ofRun: id)
                    }
                    return .json(value: status)
                }
            }
        }
        routes.get("/api/agent/{run_id}/state") { agent, request, context in
            try await agent.answer(request) { user in
                let id = try context.parameters.require("run_id")
                if let state = try await agent.store.runState(id, of: user.userID) { return .json(value: state) }
                guard try await agent.store.runStatus(id, of: user.userID) == nil else {
                    throw ServiceError(.notFound, "Agent state not found")
                }
                throw try await agent.store.refusal(ofRun: id)
            }
        }
        routes.get("/api/agent/runs") { agent, request, _ in
            try await agent.answer(request) { user in
                let page = try Page(request, limitDefault: 20)
                return try await agent.list(nil, page, of: user)
            }
        }
        routes.get("/api/agent/thread/{thread_id}/runs") { agent, request, context in
            try await agent.answer(request) { user in
                let page = try Page(request, limitDefault: 20)
                let thread = try context.parameters.require("thread_id")
                guard try await agent.store.thread(thread, of: user.userID) != nil else {
                    throw try await agent.store.refusal(ofThread: thread)
                }
                return try await agent.list(thread, page, of: user)
            }
        }
        addCancelRoutes(to: routes)
    }

    private static func addCancelRoutes(to routes: RouteBuilder<FakeAgent>) {
        routes.get("/api/agents/status") { agent, request, _ in
            try await agent.answer(request) { user in
                let runs = try await agent.store.runs(of: user.userID, limit: Page.limitMax, offset: 0).page
                return .json(value: .array(runs.map(Self.agentStatus)))
            }
        }
        for action in ["cancel", "stop"] {
            routes.post("/api/agents/\(action)") { agent, request, _ in
                try await agent.answer(request) { user in
                    let body = try await request.json()
                    let named = try body.optionalText("run_id") ?? body.optionalText("agent_id")
                    guard let named, !named.isEmpty else { throw ServiceError(.unprocessableContent, "Field required: run_id") }
                    return try await agent.cancel(named, action, of: user)
                }
            }
            routes.post("/api/chat/agents/{run_id}/\(action)") { agent, request, context in
                try await agent.answer(request) { user in
                    try await agent.cancel(context.parameters.require("run_id"), action, of: user)
                }
            }
        }
    }

    /// A run as the list of agents at work shows it.
    private static func agentStatus(_ run: JSONValue) -> JSONValue {
        [
            "agent_id": run["run_id"] ?? nil, "run_id": run["run_id"] ?? nil, "status": run["status"] ?? nil,
            "agent_type": run["agent_name"] ?? nil, "start_time": run["started_at"] ?? nil,
            "last_activity": ["completed_at", "failed_at", "cancelled_at", "started_at"].lazy
                .compactMap { run[$0].flatMap { $0.isNull ? nil : $0 } }.first ?? nil,
            "current_step": run["current_step"] ?? nil, "total_steps": run["total_steps"] ?? nil,
        ]
    }

    private func begin(_ body: JSONValue, of user: Identity) async throws -> Response {
        let message = try body.messageText()
        let script = try script(try body.optionalText("agent"))
        let thread = try body.optionalText("thread_id")
        let order: RunOrder?
        do {
            order = try await store.beginRun(
                message, by: script, of: scripts, in: thread, of: user.userID, at: context.clock.now)
        } catch let error as SQLError {
            // The run may have been kept all the same: then it is not to wait for the next start of the service.
            Task { try await takeUpUnfinishedRuns() }
            throw error
        }
        guard let order else { throw try await store.refusal(ofThread: thread ?? "") }
        queue.append(RunTicket(order: order))
        return .json(value: [
            "message": .string(message), "run_id": .string(order.runID), "user_id": .string(user.userID),
            "thread_id": .string(order.threadID), "status": "started",
        ])
    }

    private func list(_ thread: String?, _ page: Page, of user: Identity) async throws -> Response {
        let runs = try await store.runs(of: user.userID, in: thread, limit: page.limit, offset: page.offset)
        return .json(value: [
            "runs": .array(runs.page), "total": .integer(runs.total), "limit": JSONValue(page.limit),
            "offset": JSONValue(page.offset),
        ])
    }

    /// Cancels a run. The store decides who was faster, the run's end or its user: `success` says which.
    private func cancel(_ id: String, _ action: String, of user: Identity) async throws -> Response {
        guard let status = try await store.runStatus(id, of: user.userID) else { throw try await store.refusal(ofRun: id) }
        var isCancelled = true
        if !context.deviates(.cancelIgnored) {
            isCancelled = try await store.cancelRun(id, of: user.userID, at: context.clock.now)
            if isCancelled { queue.cancel(id) }
        }
        let now = try await store.runStatus(id, of: user.userID) ?? status
        let name = now["status"]?.string ?? "unknown"
        return .json(value: [
            "success": .bool(isCancelled), "agent_id": .string(id), "run_id": .string(id), "action": .string(action),
            "status": .string(name),
            "message": .string(isCancelled ? "The run was cancelled." : "The run has ended already: \(name)."),
            "timestamp": .string(context.clock.now.description),
        ])
    }

    private func script(_ name: String?) throws -> AgentScript {
        do {
            return try scripts.script(name)
        } catch let error as InputError {
            throw ServiceError(.unprocessableContent, error.message)
        }
    }
}
