// E1.1: a user logs in by a provider; a callback that nobody began leads nowhere.

import Clients
import HTTPTypes
import Kernel
import Wire
import Worlds

enum ProviderLogin {
    static let suiteCase = SuiteCase(
        "e2e/provider-login", "Users log in by a provider and are themselves; a callback that another browser began is refused",
        layer: .services, covers: ["E1.1"], catches: ["oauth-state-unchecked"]
    ) { stage in
        await stage.everyUser { try await walk($0) }
    }

    private static func walk(_ journey: Journey) async throws {
        let auth = journey.client.auth
        let login = try await journey.take("log in by the provider") { try await auth.logIn(as: journey.user) }
        let profile = try await journey.take("ask who one is") { try await auth.me(login.accessToken) }
        journey.expect(profile.email, login.email, "the e-mail address behind the token")
        journey.check(login.email.hasPrefix(journey.user), "the login is that of \(login.email), expected \(journey.user)'s")
        let again = try await journey.take("log in again") { try await auth.logIn(as: journey.user) }
        let same = try await journey.take("ask who one is again") { try await auth.me(again.accessToken) }
        journey.expect(same.userID, profile.userID, "the user of the second login")
        try await journey.take("come back in another browser") {
            // The way of a login that somebody else has begun: its callback, with its code and state, without its cookie.
            let begun = try await step(journey, "/auth/login?provider=google&login_hint=\(journey.user)")
            let callback = try await step(journey, begun.location)
            let landed = try await step(journey, callback.location)
            journey.check(
                landed.status == 400 && !landed.location.contains("access_token"),
                "a callback that this browser did not begin is answered with \(landed.status) to \(landed.location)")
        }
    }

    /// One request of a browser without cookies that does not follow: the status, and the path that it is sent to.
    private static func step(_ journey: Journey, _ path: String) async throws -> (status: Int, location: String) {
        let reply = try await journey.client.caller(.auth).fetch(.get(path))
        let location = reply.head.headerFields[.location] ?? ""
        let parts = location.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        let isAbsolute = parts.count == 3 && parts[0].hasSuffix(":")
        let rest = isAbsolute ? parts[2].drop { $0 != "/" } : Substring(location)
        return (Int(reply.status.code), String(rest))
    }
}
