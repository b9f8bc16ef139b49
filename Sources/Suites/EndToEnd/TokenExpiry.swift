// E1.2: a token lives as long as it says, and no longer.

import Clients
import Kernel
import Wire
import Worlds

enum TokenExpiry {
    static let suiteCase = SuiteCase(
        "e2e/token-expiry",
        "A token is good until just before expires_in has passed, and not after it; its WebSocket ends with it",
        layer: .services, covers: ["E1.2", "E2.2"], catches: ["expiry-ignored", "expires-in-lie", "ws-token-expiry-ignored"],
        needs: [.virtualTime]
    ) { stage in
        await stage.everyUser { try await walk($0) }
    }

    private static func walk(_ journey: Journey) async throws {
        let auth = journey.client.auth
        let login = try await journey.logIn()
        let begun = journey.clock.now
        let lifetime = Duration.seconds(login.tokens.expiresIn)
        try await journey.withSocket(login) { conversation in
            try await journey.take("wait until just before the end") {
                try await journey.clock.sleep(for: lifetime - .seconds(5))
                journey.check(try await auth.validate(login.accessToken).isValid, "the token is not valid 5 s before its end")
            }
            try await journey.take("wait for the end") {
                try await journey.clock.sleep(
                    for: begun.duration(to: journey.clock.now) < lifetime + .seconds(2)
                        ? lifetime + .seconds(2) - begun.duration(to: journey.clock.now) : .zero)
                journey.check(try await !auth.validate(login.accessToken).isValid, "the token is valid 2 s after its end")
            }
            try await journey.take("see the WebSocket end") {
                _ = try? await conversation.receive(within: .seconds(10)) { _ in false }
                journey.expect(conversation.socket.closure?.code, 1008, "the close code")
            }
        }
        let renewed = try await journey.take("refresh") { try await auth.refresh(login.tokens.refreshToken) }
        journey.check(try await auth.validate(renewed.accessToken).isValid, "the refreshed token is not valid")
    }
}
