// /api/agent: messages that an agent answers, and how far it has come.

import Fixtures
import Hummingbird
import Kernel
import ServiceKit
import Wire

extension FakeAgent {
    static func addRunRoutes(to routes: RouteBuilder<FakeAgent>) {
        routes.post("/api/agent/message") { agent, request, _ in
            try await agent.answer(request) { user in
                let body = try await request.json()
                let message = try body.messageText()
                let script = try agent.script(try body.optionalText("agent"))
                let order = try await agent.store.beginRun(
                    message, by: script, in: try body.optionalText("thread_id"), of: user.userID,
                    at: agent.context.clock.now)
                guard let order else { throw ServiceError(.notFound, "Thread not found") }
                agent.queue.append(order)
                return .json(value: [
                    "message": .string(message), "run_id": .string(order.runID), "user_id": .string(user.userID),
                    "thread_id": .string(order.threadID), "status": "started",
                ])
            }
        }
        routes.get("/api/agent/{run_id}/status") { agent, request, context in
            try await agent.answer(request) { user in
                let id = try context.parameters.require("run_id")
                guard let status = try await agent.store.runStatus(id, of: user.userID) else {
                    throw ServiceError(.notFound, "Agent run not found")
                }
                return .json(value: status)
            }
        }
    }

    private func script(_ name: String?) throws -> AgentScript {
        do {
            return try scripts.script(name)
        } catch let error as InputError {
            throw ServiceError(.unprocessableContent, error.message)
        }
    }
}
