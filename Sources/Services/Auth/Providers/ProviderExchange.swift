// The two calls by which a code becomes a user: to the provider's token endpoint, and to its user info.

import HTTPTypes
import Kernel
import Logging
import ServiceKit
import Wire

extension FakeAuth {
    /// The user whose code a callback brought. Throws ``ServiceKit/ServiceError``: 401 where the provider refuses the code
    /// or says what cannot be, 503 where it gives no usable answer.
    func providerUser(_ provider: UpstreamProvider, code: String, _ attempt: LoginAttempt) async throws -> ProviderUser {
        var form: FormFields = [
            "grant_type": "authorization_code", "code": code, "redirect_uri": attempt.redirectURI,
            "client_id": provider.clientID, "client_secret": provider.clientSecret,
        ]
        form["code_verifier"] = attempt.verifier
        let tokens = try await providerAnswer(.post(provider.root + "/token", form: form))
        guard let accessToken = tokens["access_token"]?.string,
            let claims = tokens["id_token"]?.string.flatMap({ TokenParts($0)?.claims }),
            let subject = Self.subject(of: claims, provider, nonce: attempt.nonce, at: context.clock.now)
        else { throw Self.refusal("The provider's tokens are not what was asked for") }
        let userInfo = try await providerAnswer(.get(provider.root + "/oauth2/v2/userinfo").bearer(accessToken))
        // The user info is of the user of the id token, or of nobody (OpenID Connect Core section 5.3.2).
        guard let user = ProviderUser(userInfo), user.id == subject else {
            throw Self.refusal("The provider's user info is not the user's who logged in")
        }
        return user
    }

    /// The `sub` of an id token whose claims fit (OpenID Connect Core section 3.1.3.7). It comes from the token endpoint
    /// itself, so that its signature need not be checked (step 6).
    static func subject(
        of claims: JSONValue, _ provider: UpstreamProvider, nonce: String?, at now: Instant
    ) -> String? {
        guard let subject = claims["sub"]?.string, !subject.isEmpty, claims["aud"]?.string == provider.clientID,
            claims["iss"]?.string?.hasSuffix(provider.root) == true, let expiry = claims["exp"]?.integer,
            expiry > now.seconds, nonce == nil || claims["nonce"]?.string == nonce
        else { return nil }
        return subject
    }

    private static func refusal(_ detail: String) -> ServiceError { ServiceError(.unauthorized, detail) }

    private func providerAnswer(_ call: Call) async throws -> JSONValue {
        let unavailable = ServiceError(.serviceUnavailable, "OAuth provider temporarily unavailable")
        let reply: Reply
        do {
            reply = try await context.caller("auth").fetch(call)
        } catch let error as CallError {
            context.log.warning("the provider gave no answer: \(error)")
            throw unavailable
        }
        switch reply.status.kind {
        case .successful:
            guard let answer = try? JSONValue(json: reply.body) else { throw unavailable }
            return answer
        case .clientError where reply.status != .tooManyRequests: throw Self.refusal("OAuth authentication failed")
        default: throw unavailable
        }
    }
}
