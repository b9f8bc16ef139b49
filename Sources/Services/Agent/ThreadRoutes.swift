// /api/threads: a user's conversations, and the messages in them.

import Hummingbird
import Kernel
import ServiceKit
import Wire

extension FakeAgent {
    private static let notFound = ServiceError(.notFound, "Thread not found")

    func addThreadRoutes(to router: Router<ServiceRequestContext>) {
        router.post("/api/threads") { request, _ in
            try await self.answer(request) { user in
                let body = try await request.json()
                let thread = try await self.store.createThread(
                    of: user.userID, title: body.optionalText("title"), metadata: body.optionalMetadata() ?? [:],
                    at: self.context.clock.now)
                return .json(value: thread.json)
            }
        }
        router.get("/api/threads") { request, _ in
            try await self.answer(request) { user in
                let page = try Page(request, limitDefault: 20)
                let threads = try await self.store.threads(of: user.userID, limit: page.limit, offset: page.offset)
                return .json(value: .array(threads.map(\.json)))
            }
        }
        router.get("/api/threads/{id}") { request, context in
            try await self.answer(request) { user in
                let id = try context.parameters.require("id")
                guard let thread = try await self.store.thread(id, of: user.userID) else { throw Self.notFound }
                return .json(value: thread.json)
            }
        }
        router.put("/api/threads/{id}") { request, context in
            try await self.answer(request) { user in
                let body = try await request.json()
                let thread = try await self.store.updateThread(
                    context.parameters.require("id"), of: user.userID, title: body.optionalText("title"),
                    metadata: body.optionalMetadata(), at: self.context.clock.now)
                guard let thread else { throw Self.notFound }
                return .json(value: thread.json)
            }
        }
        router.delete("/api/threads/{id}") { request, context in
            try await self.answer(request) { user in
                let id = try context.parameters.require("id")
                let isArchived = try await self.store.archiveThread(id, of: user.userID, at: self.context.clock.now)
                guard isArchived else { throw Self.notFound }
                return .json(value: ["message": "Thread archived successfully"])
            }
        }
    }

    func addMessageRoutes(to router: Router<ServiceRequestContext>) {
        router.get("/api/threads/{id}/messages") { request, context in
            try await self.answer(request) { user in
                let page = try Page(request, limitDefault: 50)
                let id = try context.parameters.require("id")
                let messages = try await self.store.messages(
                    in: id, of: user.userID, limit: page.limit, offset: page.offset)
                guard let messages else { throw Self.notFound }
                return .json(value: [
                    "messages": .array(messages.page.map(\.json)), "thread_id": .string(id),
                    "total": .integer(messages.total), "limit": JSONValue(page.limit), "offset": JSONValue(page.offset),
                ])
            }
        }
        router.post("/api/threads/{id}/messages") { request, context in
            try await self.answer(request) { user in
                let body = try await request.json()
                let id = try context.parameters.require("id")
                let message = NewMessage(
                    threadID: id, role: .user, content: try body.messageText(), metadata: try body.optionalMetadata() ?? [:])
                guard let record = try await self.store.append(message, of: user.userID, at: self.context.clock.now) else {
                    throw Self.notFound
                }
                var answer = record.json
                answer["thread_id"] = .string(id)
                return .json(value: answer)
            }
        }
    }
}
