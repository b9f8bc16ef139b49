// The golden path: a user logs in, talks to an agent, sees every event and the answer, and logs out.

import Clients
import Kernel
import Wire
import Worlds

/// The first thing that must work, for any number of users at once.
enum GoldenPath {
    static let suiteCase = SuiteCase(
        "e2e/golden-path", "Users log in, send their first message, see every event and the answer, and log out",
        layer: .flows,
        covers: ["E1.2", "E2.1", "E2.2", "E2.3", "E3.2", "E4.1", "E4.2", "E4.3", "E4.4", "E5.1", "E5.2", "E5.3"]
    ) { stage in
        await stage.everyUser { try await walk($0) }
    }

    private static func walk(_ journey: Journey) async throws {
        let client = journey.client
        let login = try await journey.logIn()
        let token = login.accessToken
        let socket = try await journey.take("open the WebSocket") { try await client.events.connect(token: token) }
        // However the journey ends, the socket does not outlive it.
        defer { socket.connection.abort() }
        let thread = try await journey.take("create a thread") {
            try await client.agent.createThread(title: "Costs of \(journey.user)", token: token)
        }
        let question = "What can \(journey.user) save on model costs?"
        let sent = [(id: "\(journey.user)-ping", type: "ping"), (id: "\(journey.user)-question", type: "user_message")]
        var conversation = Conversation(socket, clock: journey.clock)
        try await journey.take("send the first message") {
            try await socket.ping(messageID: sent[0].id)
            try await socket.sendUserMessage(question, thread: thread.id, messageID: sent[1].id)
        }
        try await journey.take("receive the events") { try await conversation.receiveRun() }
        let messages = try await journey.take("read the thread") {
            try await client.agent.messages(in: thread.id, token: token).messages
        }
        let counted = try await journey.take("count the analytics") {
            try await client.analytics.count("agent_events", where: ["trace_id": conversation.run ?? ""])
        }
        try await journey.take("log out") { try await logOut(journey, client, login) }
        try await journey.take("close the WebSocket") { try await conversation.close() }

        journey.note(conversation.welcomeProblems(user: login.userID))
        journey.note(EventOrderChecker.check(conversation.events))
        journey.checkPayloads(conversation.events)
        journey.note(SilentDropChecker.check(conversation.frames, sent: sent))
        journey.note(AnswerChecker.check(conversation.events, messages: messages, question: question))
        journey.note(
            IsolationChecker.check(
                conversation.frames, user: login.userID, thread: thread.id, run: conversation.run ?? ""))
        journey.check(counted > 0, "analytics counted no event of the run")
    }

    private static func logOut(_ journey: Journey, _ client: UserClient, _ login: LoggedIn) async throws {
        try await client.auth.logout(login.accessToken)
        let after = try await client.auth.verify(login.accessToken)
        journey.check(!after.isValid, "the access token is still valid after the log-out")
    }
}
