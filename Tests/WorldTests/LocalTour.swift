// A user who tries everything that services do, in a small local world, and notes what did not work.

import Clients
import Faults
import HTTPTypes
import Kernel
import Mesh
import NIOCore
import Synchronization
import Testing
import Wire
import Worlds

/// What can be in trouble on a tour.
enum TourStep: String, Sendable, CaseIterable {
    case health, register, login, verify, thread, stream, insert, chat
}

/// One user's way through all services. A step that fails is noted, and the next one is taken.
final class LocalTour: Sendable {
    /// The steps that failed, and how.
    var troubles: [TourStep: String] { noted.withLock { $0 } }

    private let world: World
    private let client: UserClient
    private let noted = Mutex<[TourStep: String]>([:])

    init(_ world: World) {
        self.world = world
        client = world.client("user-1")
    }

    /// Takes all steps. Ends early where its task is cancelled.
    func take() async {
        let auth = client.caller(.auth)
        await step(.health) {
            let reply = try await auth.fetch(.get("/health"))
            guard reply.status == .ok else { throw Unwelcome(what: "\(reply.status.code)") }
        }
        await step(.register) { [self] in
            _ = try await client.auth.register(email: "user-1@example.com", password: "correct horse", name: "user-1")
        }
        let tokens = Mutex("")
        await step(.login) { [self] in
            let login = try await client.auth.login(email: "user-1@example.com", password: "correct horse")
            tokens.withLock { $0 = login.accessToken }
        }
        let token = tokens.withLock { $0 }
        await step(.verify) { [self] in
            guard try await client.auth.verify(token).isValid else { throw Unwelcome(what: "the token is not valid") }
        }
        await step(.stream) { [self] in
            let call = Call.post("/v1/chat/completions", value: question).bearer("key")
            for try await _ in try await client.caller(.llm).send(call).events {}
        }
        await step(.insert) { [self] in
            try await client.analytics.insert(
                into: "performance_metrics", [["user_id": "u", "metric_name": "m", "value": 1]])
        }
        let threads = Mutex("")
        await step(.thread) { [self] in
            let thread = try await client.agent.createThread(title: "A", token: token)
            threads.withLock { $0 = thread.id }
        }
        let thread = threads.withLock { $0 }
        guard !thread.isEmpty else { return }
        await step(.chat) { [self] in try await chat(in: thread, token) }
    }

    /// Has an agent with tools answer.
    private func chat(in thread: String, _ token: String) async throws {
        let socket = try await client.events.connect(token: token)
        defer { socket.connection.abort() }
        try await socket.sendUserMessage("the week", thread: thread, agent: "actions", messageID: "m-1")
        for await frame in socket.frames {
            guard case .event(let event) = frame else { continue }
            if event.kind == .error || event.data["status"] == "failed" { throw Unwelcome(what: "\(event.data)") }
            if event.kind == .completed { return try await socket.close() }
        }
        throw Unwelcome(what: "no event says that the run is completed")
    }

    private func step(_ step: TourStep, _ body: @escaping @Sendable () async throws -> Void) async {
        guard !Task.isCancelled else { return }
        do { try await body() } catch { noted.withLock { $0[step] = "\(error)" } }
    }

    private struct Unwelcome: Error { let what: String }
}
