// S3.1, S4.1, S4.2 under any fault: what was written is there, once and whole, and nothing else is.

import Clients
import HTTPTypes
import Kernel
import Wire
import Worlds

enum ChaosThreads {
    static let suiteCase = SuiteCase(
        "staging/chaos-threads",
        "Whatever fails: titles and metadata are written together, messages once and in order, and what was read was written",
        layer: .services, covers: ["S4.1", "S4.2"], catches: ["title-lost"],
        finds: ["transaction-torn", "title-written-apart"], survives: .any, steps: 10
    ) { stage in
        let course = ChaosCourse(stage, pause: .milliseconds(400))
        await course.carryOut { chaos in
            let user = ThreadUser(chaos)
            await user.act()
            return user.memory
        } recover: { chaos, memory in
            try await ThreadUser(chaos, memory).lookAfter()
        }
    }
}

/// What a user knows of one thread.
struct ThreadMemory: Sendable {
    var userID: String?
    var token: String?
    var thread: String?
    /// What the title may be: the last that was certainly written, and all that may have come or come yet.
    var titles: Set<Int> = [0]
    /// Messages whose keeping was confirmed, in order.
    var kept: [String] = []
    /// Messages of which nobody knows.
    var uncertain: [String] = []
}

/// A user who writes into a thread and reads it.
final class ThreadUser {
    private enum Action { case rename, write, read }

    let chaos: ChaosUser
    private(set) var memory: ThreadMemory
    private var journey: Journey { chaos.journey }
    private var agent: AgentClient { journey.client.agent }

    init(_ chaos: ChaosUser, _ memory: ThreadMemory = ThreadMemory()) {
        self.chaos = chaos
        self.memory = memory
    }

    /// Takes the steps.
    func act() async {
        for _ in 0..<chaos.course.steps {
            let action = await chaos.next([(40, Action.rename), (35, .write), (25, .read)])
            guard await enter(), let thread = memory.thread, let token = memory.token else { continue }
            switch action {
            case .rename: await rename(thread, token)
            case .write: await write(thread, token)
            case .read: await read(thread, token)
            }
        }
    }

    private func enter() async -> Bool {
        let (auth, email, password, name) = (journey.client.auth, chaos.email, chaos.password, chaos.name)
        if memory.token == nil {
            var tokens: AuthClient.Tokens?
            if memory.userID == nil {
                tokens = await chaos.insist { try await auth.register(email: email, password: password, name: name) }
            }
            if tokens == nil { tokens = await chaos.insist { try await auth.login(email: email, password: password) } }
            guard let tokens else { return false }
            memory.token = tokens.accessToken
            memory.userID = tokens.user?.id
        }
        guard memory.thread == nil, let token = memory.token else { return true }
        let (agent, title) = (agent, Self.title(0))
        guard
            let thread = await chaos.insist({
                try await agent.createThread(title: title, metadata: ["revision": 0], token: token)
            })
        else { return false }
        journey.expect(thread.metadata["user_id"]?.string, memory.userID, "the owner of a new thread")
        memory.thread = thread.id
        return true
    }

    private static func title(_ revision: Int) -> String { "Revision \(revision)" }

    /// Writes a title and, in the metadata, its number.
    private func rename(_ thread: String, _ token: String) async {
        let revision = chaos.step
        let call = Call(.put, "/api/threads/\(thread)").bearer(token)
            .json(value: ["title": .string(Self.title(revision)), "metadata": ["revision": JSONValue(revision)]])
        let caller = journey.client.caller(.agent)
        memory.titles.insert(revision)
        guard let reply = await chaos.attempt({ try await caller.fetch(call) }).value else { return }
        switch reply.status.code {
        case 200:
            // What is still under way may yet come after it.
            memory.titles = memory.titles.subtracting(confirmed).union([revision])
            confirmed = [revision]
        case 401: memory.token = nil
        default: break
        }
    }

    /// The title that was certainly written last; every one but this may be on its way.
    private var confirmed: Set<Int> = [0]

    private func write(_ thread: String, _ token: String) async {
        let (agent, text) = (agent, "Message \(chaos.step) of \(chaos.name)")
        switch await chaos.attempt({ try await agent.addMessage(text, to: thread, token: token) }) {
        case .done(let message):
            journey.expect(message.content, text, "the message that was kept")
            memory.kept.append(text)
        case .refused(let status): if status == 401 { memory.token = nil }
        case .unknown: memory.uncertain.append(text)
        }
    }

    private func read(_ thread: String, _ token: String) async {
        let agent = agent
        switch await chaos.attempt({ try await agent.thread(thread, token: token) }) {
        case .done(let thread): check(thread)
        case .refused(401): memory.token = nil
        default: break
        }
    }

    private func check(_ thread: AgentThread) {
        let revision = thread.metadata["revision"]?.integer ?? -1
        journey.expect(thread.title, Self.title(revision), "the title of revision \(revision)")
        journey.check(
            memory.titles.contains(revision),
            "the thread has revision \(revision), of those that it may have: \(memory.titles.sorted())")
        journey.expect(thread.metadata["user_id"]?.string, memory.userID, "the owner of the thread")
    }

    /// After the faults: the thread is as it was written, and all works again.
    func lookAfter() async throws {
        let (auth, email, password, name) = (journey.client.auth, chaos.email, chaos.password, chaos.name)
        if memory.userID == nil {
            _ = await chaos.attempt { try await auth.register(email: email, password: password, name: name) }
        }
        let tokens = try await chaos.recover("log in") { try await auth.login(email: email, password: password) }
        let (agent, token) = (agent, tokens.accessToken)
        if let thread = memory.thread {
            check(try await chaos.recover("read the thread") { try await agent.thread(thread, token: token) })
            let messages = try await chaos.recover("read the messages") {
                try await agent.messages(in: thread, limit: 100, token: token).messages.map(\.content)
            }
            check(messages)
        }
        let threads = try await chaos.recover("list the threads") { try await agent.threads(limit: 100, token: token) }
        for thread in threads { journey.expect(thread.metadata["user_id"]?.string, tokens.user?.id, "the owner of a thread") }
        let fresh = try await chaos.recover("make a thread") {
            try await agent.createThread(title: "At last", token: token)
        }
        let renamed = try await chaos.recover("rename it") { try await agent.renameThread(fresh.id, to: "Renamed", token: token) }
        journey.expect(renamed.title, "Renamed", "the new title")
        let read = try await chaos.recover("read it") { try await agent.thread(fresh.id, token: token) }
        journey.expect(read.title, "Renamed", "the title that was read")
        journey.world.hangUp(journey.user)
    }

    private func check(_ messages: [String]) {
        for text in memory.kept + memory.uncertain {
            let count = messages.count { $0 == text }
            journey.check(count <= 1, "'\(text)', sent once, is there \(count) times")
        }
        journey.expect(messages.filter { memory.kept.contains($0) }, memory.kept, "the messages that were confirmed")
        for text in messages where !(memory.kept + memory.uncertain).contains(text) {
            journey.find("there is a message that nobody sent: \(text)")
        }
    }
}
