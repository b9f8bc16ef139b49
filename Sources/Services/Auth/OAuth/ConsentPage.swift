// The page on which a person says who he is and consents.

import Hummingbird
import Wire

/// A form that sends the request again, with a user.
enum ConsentPage {
    /// The page for a request, whose fields its form repeats.
    static func response(_ request: AuthorizationRequest, _ fields: FormFields, _ realm: AuthorizationRealm) -> Response {
        let client = realm.clients.first { $0.id == request.clientID }
        let hidden = fields.fields.filter { $0.name != "sub" && $0.name != "deny" }.map { LoginPage.hidden($0.name, $0.value) }
        return LoginPage.response(
            "Log in with \(realm.title)",
            """
            <p><b>\(LoginPage.escape(client?.name ?? request.clientID))</b> would like to:</p>
            \(LoginPage.list(ofScopes: request.scope))
            <form method="post" action="\(LoginPage.escape(realm.path))">
            \(hidden.joined(separator: "\n"))
            \(LoginPage.decision)
            </form>
            """)
    }

    /// The page at the end of a session that leads nowhere else.
    static func loggedOut() -> Response { LoginPage.response("You are logged out", "<p>You may close this window.</p>") }
}
