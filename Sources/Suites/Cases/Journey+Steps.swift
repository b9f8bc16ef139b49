// The steps that most journeys share: an account, a socket, a question and its answer.

import Clients
import Kernel
import Wire
import Worlds

/// A user who has logged in.
struct LoggedIn: Sendable {
    let email: String
    let password: String
    let tokens: AuthClient.Tokens

    var accessToken: String { tokens.accessToken }
    var userID: String { tokens.user?.id ?? "" }
}

/// A question, and all that came back for it.
struct Exchange: Sendable {
    let question: String
    let thread: AgentThread
    /// Everything that came over the socket since the question.
    let frames: [EventFrame]
    /// The events of this run alone.
    let events: [AgentEvent]
    /// When the question was sent, and when each of the events came.
    let askedAt: Instant
    let arrivals: [Instant]

    var run: String { events.first?.runID ?? "" }
    /// The pieces of the answer.
    var chunks: [AgentEvent] { events.filter { $0.kind == .responseChunk } }
    /// The answer as it was streamed.
    var answer: String { chunks.compactMap { $0.data["content"]?.string }.joined() }
    /// When the first event of a kind came.
    func arrival(of kind: AgentEventKind) -> Instant? { zip(events, arrivals).first { $0.0.kind == kind }?.1 }
}

extension Journey {
    /// Registers the journey's user and logs in.
    func logIn() async throws -> LoggedIn {
        let email = "\(user)@example.com"
        let password = "correct horse of \(user)"
        _ = try await take("register") { try await client.auth.register(email: email, password: password, name: user) }
        let tokens = try await take("log in") { try await client.auth.login(email: email, password: password) }
        check(tokens.user?.email == email, "the login is that of \(tokens.user?.email ?? "nobody"), expected \(email)")
        return LoggedIn(email: email, password: password, tokens: tokens)
    }

    /// Opens a WebSocket, hands it to `body`, and leaves none behind however that ends.
    func withSocket<Result>(
        _ login: LoggedIn, _ body: (inout Conversation) async throws -> Result
    ) async throws -> Result {
        let socket = try await take("open the WebSocket") { try await client.events.connect(token: login.accessToken) }
        defer { socket.connection.abort() }
        var conversation = Conversation(socket, clock: clock)
        return try await body(&conversation)
    }

    /// Asks a question, in a new thread where none is given, and waits for the run to end.
    func ask(
        _ question: String, _ login: LoggedIn, in thread: AgentThread? = nil, over conversation: inout Conversation
    ) async throws -> Exchange {
        var asked = thread
        if asked == nil {
            asked = try await take("create a thread") {
                try await client.agent.createThread(title: "Thread of \(user)", token: login.accessToken)
            }
        }
        guard let asked else { throw JourneyEnded() }
        let begun = conversation.frames.count
        let askedAt = clock.now
        try await take("ask") { try await conversation.socket.sendUserMessage(question, thread: asked.id) }
        try await take("receive the events") { try await conversation.receiveRun() }
        let new = zip(conversation.frames, conversation.arrivals).dropFirst(begun)
        var events: [AgentEvent] = []
        var arrivals: [Instant] = []
        for case (.event(let event), let arrival) in new {
            events.append(event)
            arrivals.append(arrival)
        }
        return Exchange(
            question: question, thread: asked, frames: new.map(\.0), events: events, askedAt: askedAt,
            arrivals: arrivals)
    }

    /// Waits until services have noticed who is gone: in virtual time longer than any of their time-outs.
    func settle() async throws { try await clock.sleep(for: Simulation.current == nil ? .seconds(1) : .seconds(60)) }

    /// Logs out and closes everything, as a user does who has finished.
    func leave(_ login: LoggedIn) async throws {
        try await take("log out") { try await client.auth.logout(login.accessToken) }
        world.hangUp(user)
    }

    /// Events that happened well before a socket was opened have waited for it, and say so; there must be one at least.
    func checkRecovered(_ events: [AgentEvent], before opened: Instant) {
        let waited = events.filter { event in
            Instant(iso8601: event.timestamp).map { $0.advanced(by: .milliseconds(400)) < opened } ?? false
        }
        check(!waited.isEmpty, "no event has waited for the socket")
        for event in waited where !event.isRecovered { find("\(event.kind.rawValue) has waited and does not say so") }
    }

    /// Every event must be what the schema says.
    func checkPayloads(_ events: [AgentEvent]) {
        note(EventPayloadChecker.check(events, by: world.blueprint.fixtures.eventSchema))
    }

    /// Everything that every finished exchange must fulfil: order, payloads, the right user.
    func checkEvents(_ exchange: Exchange, _ login: LoggedIn) {
        note(EventOrderChecker.check(exchange.events))
        checkPayloads(exchange.events)
        note(IsolationChecker.check(exchange.frames, user: login.userID, thread: exchange.thread.id, run: exchange.run))
    }

    /// Logs in, asks one question over a socket of its own, and checks its events.
    func converse(_ question: String) async throws -> (login: LoggedIn, exchange: Exchange) {
        let login = try await logIn()
        let exchange = try await withSocket(login) { try await ask(question, login, over: &$0) }
        checkEvents(exchange, login)
        return (login, exchange)
    }
}

extension Error {
    /// The status of an answer that was refused, a call's or an upgrade's.
    var refusedStatus: Int? {
        switch self as? CallError {
        case .unexpectedStatus(_, _, let status, _), .upgradeRefused(_, let status, _): status
        default: nil
        }
    }
}
