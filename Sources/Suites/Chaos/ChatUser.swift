// A user of a chat in a rough world: asks, goes away, comes back and resumes, cancels, and reads whatever comes.

import Clients
import Kernel
import Wire
import Worlds

/// A user who asks agents questions over a WebSocket that may break at any time.
final class ChatUser {
    private enum Action { case ask, askTwice, askDirectly, leave, cancel }

    let chaos: ChaosUser
    private(set) var memory: ChatMemory
    private var socket: EventSocket?
    private var frames: EventSocket.Frames.Iterator?
    private var refusals: Set<String> = []
    private var loggedIn: Instant?
    private var connected: Instant
    private var journey: Journey { chaos.journey }
    private var client: UserClient { journey.client }

    init(_ chaos: ChaosUser, _ memory: ChatMemory = ChatMemory()) {
        self.chaos = chaos
        self.memory = memory
        connected = chaos.journey.clock.now
    }

    /// Takes the steps.
    func act() async {
        for _ in 0..<chaos.course.steps {
            let action = await chaos.next([
                (35, Action.ask), (15, .askTwice), (10, .askDirectly), (27, .leave), (13, .cancel),
            ])
            guard await logIn() else { continue }
            if memory.threads.isEmpty { await createThread() }
            await connect()
            switch action {
            case .ask: await ask(1)
            case .askTwice: await ask(2)
            case .askDirectly: await askDirectly()
            case .leave:
                await ask(1, staying: false)
                await hangUp()
                await chaos.rest(chaos.draw("away").duration(in: .milliseconds(10)...(.milliseconds(500))))
            case .cancel:
                await ask(1, staying: false)
                await cancel()
            }
        }
        await hangUp()
    }

    // MARK: Coming and going

    private func logIn() async -> Bool {
        if memory.token != nil { return true }
        let (auth, email, password, name) = (client.auth, chaos.email, chaos.password, chaos.name)
        if memory.userID == nil {
            if let tokens = await chaos.insist({ try await auth.register(email: email, password: password, name: name) }) {
                note(tokens)
                return true
            }
        }
        guard let tokens = await chaos.insist({ try await auth.login(email: email, password: password) }) else { return false }
        note(tokens)
        return true
    }

    private func note(_ tokens: AuthClient.Tokens) {
        if let known = memory.userID { journey.expect(tokens.user?.id, known, "the user's id") }
        memory.userID = tokens.user?.id
        memory.token = tokens.accessToken
        loggedIn = journey.clock.now
    }

    private func createThread() async {
        guard let token = memory.token else { return }
        let (agent, title) = (client.agent, "Thread of \(chaos.name)")
        guard let thread = await chaos.insist({ try await agent.createThread(title: title, token: token) }) else {
            memory.token = nil
            return
        }
        journey.expect(thread.metadata["user_id"]?.string, memory.userID, "the owner of a new thread")
        memory.threads.append(thread.id)
    }

    private func connect() async {
        guard socket == nil, let token = memory.token else { return }
        let (events, last) = (client.events, memory.lastSequence)
        guard let opened = await chaos.insist({ try await events.connect(token: token, lastSequence: last) }) else {
            memory.token = nil
            return
        }
        keep(opened)
    }

    private func keep(_ opened: EventSocket) {
        connected = journey.clock.now
        socket = opened
        frames = opened.frames.makeAsyncIterator()
    }

    /// Closes the socket as a client does that waits a little for the other end, and reads what still comes.
    private func hangUp() async {
        guard let socket else { return }
        async let closed: Void? = try? socket.close()
        _ = await listen(for: .milliseconds(300)) { _ in false }
        socket.connection.abort()
        _ = await closed
        self.socket = nil
    }

    // MARK: Listening

    /// Reads frames until one is the last wanted; whether it came. Without it the socket is given up.
    private func listen(for limit: Duration, until isLast: (EventFrame) -> Bool) async -> Bool {
        guard let socket else { return false }
        let clock = journey.clock
        let watchdog = Task {
            try await clock.sleep(for: limit)
            socket.connection.abort()
        }
        defer { watchdog.cancel() }
        while let frame = await frames?.next() {
            take(frame)
            if isLast(frame) { return true }
        }
        self.socket = nil
        return false
    }

    private func take(_ frame: EventFrame) {
        switch frame {
        case .event(let event): take(event)
        case .message(let message):
            chaos.show(message.type, message.data.text)
            if let range = message.lostEvents {
                memory.lost.append(range)
                chaos.sometimes(ChatMark.eventsGone)
            }
            if message.errorCode == "RESUME_ERROR" {
                journey.check(chaos.course.cacheMayForget, "the events that were numbered are unknown: \(message.data.text)")
            }
            guard let id = message.correlationID, let place = memory.questions.firstIndex(where: { $0.text == id }) else {
                return
            }
            if message.type == "agent_task_ack" {
                memory.questions[place].run = message.data["run_id"]?.string
                journey.expect(message.data["user_id"]?.string, memory.userID, "the user of an accepted message")
            } else if message.errorCode != nil {
                refusals.insert(id)
            }
        case .malformed(let text): journey.find("a frame cannot be read: \(text.prefix(200))")
        }
    }

    private func take(_ event: AgentEvent) {
        chaos.show(event.kind.rawValue, event.json.text)
        guard event.userID == memory.userID else {
            return journey.find("an event of user \(event.userID) arrived: \(event.kind.rawValue)")
        }
        if event.kind == .thinking, let thought = event.data["thought"]?.string, thought.contains("Report of"),
            !thought.contains("Report of \(chaos.name),")
        {
            journey.find("a thought about somebody else's question arrived: \(thought)")
        }
        if let known = memory.events[event.sequence] {
            let isSame = known.runID == event.runID && known.kind == event.kind && known.data == event.data
            journey.check(isSame || chaos.course.cacheMayForget, "the number \(event.sequence) was given to two events")
        }
        memory.events[event.sequence] = event
        chaos.sometimes(ChatMark.resumed, event.timestamp < connected.description)
    }

    private func isEnd(_ frame: EventFrame, of runs: [String]) -> Bool {
        guard case .event(let event) = frame, event.kind == .completed || event.kind == .error else { return false }
        return runs.last == event.runID
    }

    // MARK: Asking

    private func question(_ number: Int) -> String {
        "Report of \(chaos.name), step \(chaos.step), question \(number), \(chaos.word)."
    }

    /// Which agent is asked: one that works alone, or one that asks a model.
    private func agent(for index: Int) -> String {
        chaos.draw("agent \(index)").happens(Ratio(2, in: 3)) ? "triage" : "data"
    }

    /// Sends questions at once, and waits until each was accepted or refused; then, if `staying`, for the end of the run.
    private func ask(_ count: Int, staying: Bool = true) async {
        guard let socket else { return }
        let texts = (1...count).map(question)
        for (index, text) in texts.enumerated() {
            let agent = agent(for: index)
            memory.questions.append(.init(text: text))
            guard (try? await socket.sendUserMessage(text, thread: memory.threads.first, agent: agent, messageID: text)) != nil
            else { break }
        }
        _ = await listen(for: .seconds(20)) { _ in isAnswered(texts) }
        let runs = memory.questions.filter { texts.contains($0.text) }.compactMap(\.run)
        guard staying, let last = runs.last, !isEnded(last) else { return }
        _ = await listen(for: .seconds(15)) { isEnd($0, of: runs) }
    }

    private func isAnswered(_ texts: [String]) -> Bool {
        texts.allSatisfy { text in
            refusals.contains(text) || memory.questions.contains { $0.text == text && $0.run != nil }
        }
    }

    private func isEnded(_ run: String) -> Bool {
        memory.events.values.contains { $0.runID == run && ($0.kind == .completed || $0.kind == .error) }
    }

    private func askDirectly() async {
        guard let token = memory.token else { return }
        let (agent, text, thread, asked) = (client.agent, question(1), memory.threads.first, self.agent(for: 0))
        memory.questions.append(.init(text: text))
        let answer = await chaos.attempt { try await agent.sendMessage(text, in: thread, agent: asked, token: token) }
        switch answer {
        case .done(let run):
            journey.expect(run.userID, memory.userID, "the user of a new run")
            memory.questions[memory.questions.count - 1].run = run.runID
        case .refused(401): memory.token = nil
        default: break
        }
    }

    private func cancel() async {
        guard let token = memory.token, let run = memory.questions.last?.run else { return }
        await chaos.rest(chaos.draw("patience").duration(in: .milliseconds(20)...(.milliseconds(1200))))
        let agent = client.agent
        if case .done(let answer) = await chaos.attempt({ try await agent.cancelRun(run, token: token) }), answer.isCancelled {
            memory.cancelled.append(run)
        }
    }

    // MARK: After the faults

    /// Logs in again, resumes, has every run end, and gets an answer.
    func comeBack() async throws {
        let (auth, email, password, name) = (client.auth, chaos.email, chaos.password, chaos.name)
        if memory.userID == nil {
            _ = await chaos.attempt { try await auth.register(email: email, password: password, name: name) }
        }
        let token = try await freshToken()
        let last = memory.lastSequence
        let opened = try await chaos.recover("resume") { [client] in
            try await client.events.connect(token: token, lastSequence: last)
        }
        keep(opened)
        try await waitForRuns()
        try await getAnswer()
    }

    /// Gets all that has come in the meantime, of runs too that began late.
    func catchUp() async throws {
        await hangUp()
        try await waitForRuns()
        await connect()
        _ = await listen(for: .seconds(1)) { _ in false }
    }

    /// Closes the connection and logs out.
    func leave() async throws {
        await hangUp()
        let end = try await freshToken()
        try await chaos.recover("log out") { [client] in try await client.auth.logout(end) }
        journey.world.hangUp(journey.user)
    }

    /// Waits until no run is under way, as long as any chain of retries may take. Logs in again before a token is too old.
    private func waitForRuns() async throws {
        var pause = Duration.milliseconds(250)
        var open: [RunStatus] = []
        for _ in 0..<40 {
            let token = try await freshToken()
            let page = try await chaos.recover("list the runs") { [client] in
                try await client.agent.runs(limit: 100, token: token)
            }
            open = page.runs.filter { !$0.isEnded }
            if open.isEmpty { return }
            try await journey.clock.sleep(for: pause)
            pause = min(pause * 2, .seconds(20))
        }
        for run in open { journey.find("the run \(run.runID) does not end: it is \(run.status)") }
    }

    /// A token that is good for a while.
    func freshToken() async throws -> String {
        if let token = memory.token, loggedIn.map({ $0.duration(to: journey.clock.now) < .seconds(150) }) ?? false {
            return token
        }
        let (auth, email, password) = (client.auth, chaos.email, chaos.password)
        let tokens = try await chaos.recover("log in") { try await auth.login(email: email, password: password) }
        note(tokens)
        return tokens.accessToken
    }

    /// Asks until an answer comes: a connection between services may have to be found dead first.
    private func getAnswer() async throws {
        var pause = Duration.milliseconds(200)
        for _ in 0..<10 {
            _ = try await freshToken()
            if await isAnswered(asking: "Report of \(chaos.name), at last, question \(memory.questions.count), \(chaos.word).") {
                return
            }
            await chaos.rest(pause)
            pause = min(pause * 3, .seconds(31))
        }
        journey.find("no question was answered after the faults")
    }

    private func isAnswered(asking text: String) async -> Bool {
        await connect()
        guard let socket else { return false }
        memory.questions.append(.init(text: text))
        guard (try? await socket.sendUserMessage(text, agent: "data", messageID: text)) != nil else {
            self.socket = nil
            return false
        }
        _ = await listen(for: .seconds(40)) { _ in isAnswered([text]) }
        guard let run = memory.questions.last?.run else { return false }
        if !isEnded(run) { _ = await listen(for: .seconds(90)) { isEnd($0, of: [run]) } }
        return memory.events(of: run).contains { $0.kind == .completed }
    }
}
