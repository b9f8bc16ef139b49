// E1.2: tokens are what they say, are refreshed once each, and a stolen refresh token is of no use.

import Clients
import Kernel
import Wire
import Worlds

enum TokenLifecycle {
    static let suiteCase = SuiteCase(
        "e2e/token-lifecycle", "Tokens validate as their user's, refresh once, and a used refresh token ends the session",
        layer: .services, covers: ["E1.2"],
        catches: ["refresh-reuse", "refresh-token-as-access", "signature-unchecked", "wrong-user-token"]
    ) { stage in
        await stage.everyUser { try await walk($0) }
    }

    private static func walk(_ journey: Journey) async throws {
        let auth = journey.client.auth
        let login = try await journey.logIn()
        let validation = try await journey.take("validate") { try await auth.validate(login.accessToken) }
        journey.check(validation.isValid, "the token is not valid: \(validation.message ?? "")")
        journey.expect(validation.userID, login.userID, "the user of the token")
        journey.expect(validation.email, login.email, "the e-mail address of the token's user")
        try await journey.take("validate what must not be valid") {
            for (what, token) in [
                ("a refresh token as an access token", login.tokens.refreshToken),
                ("a token with another signature", forged(login.accessToken)), ("a token of no segments", "mock_token"),
            ] {
                journey.check(try await !auth.validate(token).isValid, "\(what) is valid")
            }
        }
        let second = try await journey.take("refresh") { try await auth.refresh(login.tokens.refreshToken) }
        journey.check(second.refreshToken != login.tokens.refreshToken, "the refresh token was not rotated")
        journey.check(try await auth.validate(second.accessToken).isValid, "the refreshed token is not valid")
        try await journey.take("refresh with the used token") {
            try await journey.expectRefusal("a used refresh token", { $0.refusedStatus == 401 }) {
                try await auth.refresh(login.tokens.refreshToken)
            }
        }
        try await journey.take("refresh with the token that came of it") {
            // Whoever uses a used token has stolen it or been robbed: the whole session is over.
            try await journey.expectRefusal("the session of a reused token", { $0.refusedStatus == 401 }) {
                try await auth.refresh(second.refreshToken)
            }
        }
    }

    /// The token with its signature's first character changed.
    private static func forged(_ token: String) -> String {
        guard let dot = token.lastIndex(of: ".") else { return token }
        let first = token.index(after: dot)
        guard first < token.endIndex else { return token }
        return token[..<first] + (token[first] == "A" ? "B" : "A") + token[token.index(after: first)...]
    }
}
