// A login by a provider that was begun: what its callback must fit.

import Kernel
import ServiceKit
import StoreKit
import Wire

/// What is remembered between sending a browser to a provider and its coming back.
struct LoginAttempt: Sendable, Equatable {
    /// How long a browser may take.
    static let lifetime = Duration.seconds(600)
    /// The cookie that binds an attempt to the browser that began it (RFC 9700 section 4.7).
    static let cookie = "oauth_state"

    let provider: String
    let redirectURI: String
    /// What proves that the code was asked for here (RFC 7636); nil where a deviation does without.
    let verifier: String?
    /// What the id token must repeat.
    let nonce: String?

    var json: JSONValue {
        [
            "provider": .string(provider), "redirect_uri": .string(redirectURI), "code_verifier": JSONValue(verifier),
            "nonce": JSONValue(nonce),
        ]
    }

    init(provider: String, redirectURI: String, verifier: String?, nonce: String?) {
        (self.provider, self.redirectURI, self.verifier, self.nonce) = (provider, redirectURI, verifier, nonce)
    }

    init?(_ text: String) {
        guard let json = try? JSONValue(json: text), let provider = json["provider"]?.string,
            let redirectURI = json["redirect_uri"]?.string
        else { return nil }
        self.init(
            provider: provider, redirectURI: redirectURI, verifier: json["code_verifier"]?.string,
            nonce: json["nonce"]?.string)
    }

    /// The query with which a browser is sent to the provider.
    func query(_ provider: UpstreamProvider, state: String, hint: String?) -> FormFields {
        var query: FormFields = [
            "client_id": provider.clientID, "redirect_uri": redirectURI, "scope": UpstreamProvider.scope,
            "response_type": "code", "state": state, "access_type": "offline", "prompt": "consent",
        ]
        query["nonce"] = nonce
        if let verifier {
            query["code_challenge"] = ProofKey.challenge(of: verifier)
            query["code_challenge_method"] = "S256"
        }
        query["login_hint"] = hint
        return query
    }
}

extension FakeAuth {
    /// 32 bytes that nobody guesses: 43 characters of base64url. Drawn for a subject, so that others leave them alone.
    func unguessable(_ site: String, for subject: String) -> String {
        String(decoding: Base64URL.encode(context.chance.bytes(32, site, for: subject)), as: UTF8.self)
    }

    /// Remembers an attempt until its callback, and returns its state.
    func remember(_ attempt: LoginAttempt, for subject: String) async throws -> String {
        let state = unguessable("oauth-state", for: subject)
        try await context.cache.set("oauth_state:" + state, attempt.json.text, expiry: LoginAttempt.lifetime)
        return state
    }

    /// The attempt of a state, once.
    func takeAttempt(_ state: String) async throws -> LoginAttempt? {
        let key = "oauth_state:" + state
        guard let text = try await context.cache.get(key), try await context.cache.delete(key) else { return nil }
        return LoginAttempt(text)
    }
}
