// E1.3: a session is the user's in every service, outlives a restart of auth, and ends everywhere at once.

import Clients
import Kernel
import Wire
import Worlds

enum SessionPersistence {
    static let suiteCase = SuiteCase(
        "e2e/session-persistence",
        "A session works in every service, survives a restart of auth, and ends everywhere with the log-out",
        layer: .flows, covers: ["E1.3"], catches: ["session-not-persisted", "logout-keeps-token"]
    ) { stage in
        let logins = await stage.everyUser { journey -> LoggedIn in
            let login = try await journey.logIn()
            try await useEverywhere(journey, login)
            return login
        }
        await stage.journey("operator") { journey in
            try await journey.take("restart auth") {
                await journey.world.crash(.auth)
                try await journey.world.restart(.auth)
                // Everybody's connections have ended by then.
                try await journey.clock.sleep(for: .seconds(1))
            }
        }
        await stage.everyUser { journey in
            guard let number = stage.users.firstIndex(of: journey.user), let login = logins[number] else { return }
            try await useEverywhere(journey, login)
            let renewed = try await journey.take("refresh after the restart") {
                try await journey.client.auth.refresh(login.tokens.refreshToken)
            }
            try await journey.take("log out") { try await journey.client.auth.logout(renewed.accessToken) }
            try await journey.take("use the token after the log-out") {
                try await journey.expectRefusal("the agent service's use of it", { $0.refusedStatus == 401 }) {
                    try await journey.client.agent.threads(token: renewed.accessToken)
                }
                try await journey.expectRefusal("the events service's use of it", { $0.refusedStatus == 401 }) {
                    try await journey.client.events.connect(token: renewed.accessToken).connection.abort()
                }
            }
        }
    }

    private static func useEverywhere(_ journey: Journey, _ login: LoggedIn) async throws {
        let profile = try await journey.take("be known to auth") { try await journey.client.auth.me(login.accessToken) }
        journey.expect(profile.userID, login.userID, "the user in auth")
        let thread = try await journey.take("be known to agent") {
            try await journey.client.agent.createThread(title: "Thread of \(journey.user)", token: login.accessToken)
        }
        journey.expect(thread.metadata["user_id"]?.string, login.userID, "the user in agent")
        try await journey.withSocket(login) { conversation in
            try await journey.take("be known to events") {
                _ = try await conversation.receiveMessage("connection_established")
            }
            journey.note(conversation.welcomeProblems(user: login.userID))
        }
    }
}
