// E2.1: a WebSocket is opened with either way to show a token, and refused before the upgrade where it must be.

import Clients
import Kernel
import Wire
import Worlds

enum WebSocketHandshake {
    static let suiteCase = SuiteCase(
        "e2e/websocket-handshake",
        "A WebSocket opens by subprotocol and by header, welcomes its user, and is refused without a token",
        layer: .services, covers: ["E2.1"], catches: ["user-id-truncated", "ws-auth-unchecked"]
    ) { stage in
        await stage.everyUser { try await walk($0) }
    }

    private static func walk(_ journey: Journey) async throws {
        let login = try await journey.logIn()
        for way in [EventsClient.Authentication.subprotocol, .header] {
            try await journey.take("open by \(way)") {
                let socket = try await journey.client.events.connect(token: login.accessToken, by: way)
                defer { socket.connection.abort() }
                var conversation = Conversation(socket, clock: journey.clock)
                _ = try await conversation.receiveMessage("connection_established")
                journey.note(conversation.welcomeProblems(user: login.userID))
                try await socket.ping(messageID: "\(journey.user)-ping")
                let pong = try await conversation.receiveMessage("pong")
                journey.expect(pong.correlationID, "\(journey.user)-ping", "the message that the pong answers")
                try await conversation.close()
            }
        }
        try await journey.take("open with a token that is none") {
            try await journey.expectRefusal("a made-up token", { $0.refusedStatus == 401 }) {
                try await journey.client.events.connect(token: "not.a.token").connection.abort()
            }
        }
    }
}
