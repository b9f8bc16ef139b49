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
        finds: ["transaction-torn", "title-written-apart"], sometimes: ThreadMark.allCases.map(\.rawValue), survives: .any,
        steps: 10
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
    let history: ThreadHistory
}

/// A user who writes into a thread and reads it.
final class ThreadUser {
    private enum Action { case rename, renameAtOnce, write, read }

    let chaos: ChaosUser
    private(set) var memory: ThreadMemory
    private var journey: Journey { chaos.journey }
    private var agent: AgentClient { journey.client.agent }

    init(_ chaos: ChaosUser, _ memory: ThreadMemory? = nil) {
        self.chaos = chaos
        self.memory = memory ?? ThreadMemory(history: ThreadHistory(clock: chaos.journey.clock))
    }

    /// Takes the steps.
    func act() async {
        for _ in 0..<chaos.course.steps {
            let action = await chaos.next([(25, Action.rename), (15, .renameAtOnce), (35, .write), (25, .read)])
            guard await enter(), let thread = memory.thread, let token = memory.token else { continue }
            switch action {
            case .rename: await rename(device(thread, token))
            case .renameAtOnce: await renameAtOnce(device(thread, token))
            case .write: await write(device(thread, token))
            case .read: await read(device(thread, token))
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
        let (agent, title, word) = (agent, ThreadHistory.title(0), JSONValue.string(chaos.word))
        guard
            let thread = await chaos.insist({
                try await agent.createThread(title: title, metadata: ["revision": 0, "word": word], token: token)
            })
        else { return false }
        journey.expect(thread.metadata["user_id"]?.string, memory.userID, "the owner of a new thread")
        memory.thread = thread.id
        return true
    }

    private func device(_ thread: String, _ token: String, _ name: String? = nil) -> ThreadDevice {
        ThreadDevice(
            name: chaos.name + (name.map { "'s \($0)" } ?? ""), agent: agent, caller: journey.client.caller(.agent),
            thread: thread, token: token, history: memory.history)
    }

    /// Writes a title and, in the metadata, its number.
    private func rename(_ device: ThreadDevice) async {
        let revision = 10 * chaos.step
        memory.titles.insert(revision)
        take([(revision, await device.rename(to: revision))])
    }

    /// Writes from two devices at once, while a third looks.
    private func renameAtOnce(_ device: ThreadDevice) async {
        let (one, other) = (10 * chaos.step, 10 * chaos.step + 1)
        memory.titles.formUnion([one, other])
        let phone = self.device(device.thread, device.token, "phone")
        let tablet = self.device(device.thread, device.token, "tablet")
        async let second = phone.rename(to: other)
        async let look = tablet.look()
        let first = await device.rename(to: one)
        take([(one, first), (other, await second)])
        if let seen = await look.value { show(seen) }
    }

    /// What the attempts, which were made at once, say of the title.
    private func take(_ attempts: [(revision: Int, attempt: Attempt<Reply>)]) {
        var written: Set<Int> = []
        for (revision, attempt) in attempts {
            switch attempt.value?.status.code {
            case 200: written.insert(revision)
            case 401: memory.token = nil
            default: break
            }
        }
        guard !written.isEmpty else { return }
        // What is still under way may yet come after it.
        memory.titles = memory.titles.subtracting(confirmed).union(written)
        confirmed = written
    }

    /// The title that was certainly written last; every one but this may be on its way.
    private var confirmed: Set<Int> = [0]

    private func write(_ device: ThreadDevice) async {
        let text = "Message \(chaos.step) of \(chaos.name), \(chaos.word)"
        switch await device.write(text) {
        case .done(let message):
            journey.expect(message.content, text, "the message that was kept")
            memory.kept.append(text)
        case .refused(let status): if status == 401 { memory.token = nil }
        case .unknown: memory.uncertain.append(text)
        }
    }

    private func read(_ device: ThreadDevice) async {
        switch await device.look() {
        case .done(let thread): check(thread)
        case .refused(401): memory.token = nil
        default: break
        }
        if let messages = await device.list().value { show(messages) }
    }

    private func show(_ thread: AgentThread) {
        chaos.show("a thread", "\(thread.title ?? "") \(thread.metadata.text)")
        journey.expect(thread.metadata["user_id"]?.string, memory.userID, "the owner of the thread")
    }

    private func show(_ messages: [ThreadMessage]) {
        for message in messages { chaos.show("a message", message.content) }
    }

    private func check(_ thread: AgentThread) {
        let revision = thread.metadata["revision"]?.integer ?? -1
        journey.expect(thread.title, ThreadHistory.title(revision), "the title of revision \(revision)")
        journey.check(
            memory.titles.contains(revision),
            "the thread has revision \(revision), of those that it may have: \(memory.titles.sorted())")
        show(thread)
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
            let device = device(thread, token)
            let messages = try await chaos.recover("read the messages") { try await device.list().get() }
            check(messages.map(\.content))
            show(messages)
            let last = try await chaos.recover("read the thread") { try await device.look().get() }
            check(last)
            journey.note(memory.history.problems(of: chaos.name))
            markTitles(last)
        }
        let threads = try await chaos.recover("list the threads") { try await agent.threads(limit: 100, token: token) }
        for thread in threads {
            chaos.show("the list of threads", "\(thread.title ?? "") \(thread.metadata.text)")
            journey.expect(thread.metadata["user_id"]?.string, tokens.user?.id, "the owner of a thread")
        }
        let fresh = try await chaos.recover("make a thread") {
            try await agent.createThread(title: "At last, \(chaos.word)", token: token)
        }
        let renamed = try await chaos.recover("rename it") { try await agent.renameThread(fresh.id, to: "Renamed", token: token) }
        journey.expect(renamed.title, "Renamed", "the new title")
        let read = try await chaos.recover("read it") { try await agent.thread(fresh.id, token: token) }
        journey.expect(read.title, "Renamed", "the title that was read")
        journey.world.hangUp(journey.user)
    }

    /// What became of titles whose writing was not answered, if none that was answered came after them.
    private func markTitles(_ last: AgentThread) {
        guard let revision = last.metadata["revision"]?.integer else { return }
        var uncertain: [Int] = []
        for operation in memory.history.recorder.history.operations {
            guard case .rename(let revision) = operation.action else { continue }
            if case .returned = operation.outcome { uncertain = [] } else { uncertain.append(revision) }
        }
        chaos.sometimes(ThreadMark.answerOfTitleLost, uncertain.contains(revision))
        chaos.sometimes(ThreadMark.titleLost, !uncertain.isEmpty && !uncertain.contains(revision))
    }

    private func check(_ messages: [String]) {
        for text in memory.uncertain {
            chaos.sometimes(messages.contains(text) ? ThreadMark.answerOfMessageLost : .messageLost)
        }
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
