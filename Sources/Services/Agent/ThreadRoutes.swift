// /api/threads: a user's conversations, and the messages in them.

import Hummingbird
import Kernel
import ServiceKit
import Wire

extension FakeAgent {
    /// For whom a user's reading is filtered: the user, or, with the deviation, nobody.
    private func reader(_ user: Identity) -> String? { context.deviates(.threadNotFiltered) ? nil : user.userID }

    static func addThreadRoutes(to routes: RouteBuilder<FakeAgent>) {
        routes.post("/api/threads") { agent, request, _ in
            try await agent.answer(request) { user in
                let body = try await request.json()
                let thread = try await agent.store.createThread(
                    of: user.userID, title: body.optionalText("title"), metadata: body.optionalMetadata() ?? [:],
                    at: agent.context.clock.now)
                return .json(value: thread.json)
            }
        }
        routes.get("/api/threads") { agent, request, _ in
            try await agent.answer(request) { user in
                let page = try Page(request, limitDefault: 20)
                let threads = try await agent.store.threads(of: agent.reader(user), limit: page.limit, offset: page.offset)
                return .json(value: .array(threads.map(\.json)))
            }
        }
        routes.get("/api/threads/{id}") { agent, request, context in
            try await agent.answer(request) { user in
                let id = try context.parameters.require("id")
                guard let thread = try await agent.store.thread(id, of: agent.reader(user)) else {
                    throw try await agent.store.refusal(ofThread: id)
                }
                return .json(value: thread.json)
            }
        }
        routes.put("/api/threads/{id}") { agent, request, context in
            try await agent.answer(request) { user in
                let body = try await request.json()
                let id = try context.parameters.require("id")
                let title = try body.optionalText("title")
                let isLost = agent.context.deviates(.titleLost)
                let thread = try await agent.store.updateThread(
                    id, of: user.userID, title: isLost ? nil : title, metadata: body.optionalMetadata(),
                    at: agent.context.clock.now)
                guard let thread else { throw try await agent.store.refusal(ofThread: id) }
                var answer = thread.json
                if isLost, let title {
                    answer["title"] = .string(title)
                    answer["metadata"]?["title"] = .string(title)
                }
                return .json(value: answer)
            }
        }
        routes.delete("/api/threads/{id}") { agent, request, context in
            try await agent.answer(request) { user in
                let id = try context.parameters.require("id")
                let isArchived = try await agent.store.archiveThread(id, of: user.userID, at: agent.context.clock.now)
                guard isArchived else { throw try await agent.store.refusal(ofThread: id) }
                return .json(value: ["message": "Thread archived successfully"])
            }
        }
    }

    static func addMessageRoutes(to routes: RouteBuilder<FakeAgent>) {
        routes.get("/api/threads/{id}/messages") { agent, request, context in
            try await agent.answer(request) { user in
                let page = try Page(request, limitDefault: 50)
                let id = try context.parameters.require("id")
                let messages = try await agent.store.messages(
                    in: id, of: agent.reader(user), limit: page.limit, offset: page.offset)
                guard let messages else { throw try await agent.store.refusal(ofThread: id) }
                return .json(value: [
                    "messages": .array(messages.page.map(\.json)), "thread_id": .string(id),
                    "total": .integer(messages.total), "limit": JSONValue(page.limit), "offset": JSONValue(page.offset),
                ])
            }
        }
        routes.post("/api/threads/{id}/messages") { agent, request, context in
            try await agent.answer(request) { user in
                let body = try await request.json()
                let id = try context.parameters.require("id")
                let message = NewMessage(
                    threadID: id, role: .user, content: try body.messageText(), metadata: try body.optionalMetadata() ?? [:])
                guard let record = try await agent.store.append(message, of: user.userID, at: agent.context.clock.now) else {
                    throw try await agent.store.refusal(ofThread: id)
                }
                var answer = record.json
                answer["thread_id"] = .string(id)
                return .json(value: answer)
            }
        }
    }
}
