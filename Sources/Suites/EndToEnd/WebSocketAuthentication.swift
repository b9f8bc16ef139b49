// E2.2: whose WebSocket it is hangs on the token alone, and a token that is no good any more opens none.

import Clients
import Kernel
import Wire
import Worlds

enum WebSocketAuthentication {
    static let suiteCase = SuiteCase(
        "e2e/websocket-authentication", "A WebSocket belongs to its token's user; after the log-out the token opens none",
        layer: .services, covers: ["E2.2"], catches: ["ws-auth-unchecked", "logout-keeps-token", "wrong-user-token"]
    ) { stage in
        await stage.everyUser { try await walk($0) }
    }

    private static func walk(_ journey: Journey) async throws {
        let login = try await journey.logIn()
        let profile = try await journey.take("ask who one is") { try await journey.client.auth.me(login.accessToken) }
        journey.expect(profile.email, login.email, "the e-mail address behind the token")
        try await journey.withSocket(login) { conversation in
            try await journey.take("read the welcome") {
                _ = try await conversation.receiveMessage("connection_established")
            }
            journey.note(conversation.welcomeProblems(user: profile.userID))
        }
        try await journey.take("log out") { try await journey.client.auth.logout(login.accessToken) }
        try await journey.take("open a WebSocket after the log-out") {
            try await journey.expectRefusal("a token that was logged out", { $0.refusedStatus == 401 }) {
                try await journey.client.events.connect(token: login.accessToken).connection.abort()
            }
        }
    }
}
