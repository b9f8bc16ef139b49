// An application asks a user for authorization: what it asks, and whether it may. Decides only.

import HTTPTypes
import Wire

/// An authorization server: this service for its applications, or a played provider for this service.
struct AuthorizationRealm: Sendable {
    /// Its name, and the prefix of its keys in the cache.
    let name: String
    /// The `iss` of its id tokens.
    let issuer: String
    /// The path of its consent page.
    let path: String
    let clients: [OAuthClient]
    /// Whether applications may register themselves.
    var takesRegistrations = false

    /// Its name as a page has it: `Google`.
    var title: String { name.prefix(1).uppercased() + name.dropFirst() }
}

/// An authorization request (RFC 6749 section 4.1.1, RFC 7636 section 4.3) that may be granted.
struct AuthorizationRequest: Sendable, Equatable {
    let clientID: String
    let redirectURI: String
    let scope: String
    let state: String?
    let nonce: String?
    let challenge: String?

    /// What becomes of a request.
    enum Reading: Equatable {
        /// The user may be asked.
        case good(AuthorizationRequest)
        /// Whoever sent the browser cannot be trusted with it: it stays here and shows why.
        case shown(OAuthError)
        /// The browser goes back to the application with an error (RFC 6749 section 4.1.2.1).
        case sentBack(String)
    }

    /// Reads the fields of a request to a realm.
    static func read(_ fields: FormFields, in realm: AuthorizationRealm) -> Reading {
        guard let clientID = fields.nonEmpty("client_id"), let client = realm.clients.first(where: { $0.id == clientID })
        else {
            return .shown(OAuthError("invalid_client", "The client_id is missing or not registered", status: .unauthorized))
        }
        guard let redirectURI = fields.nonEmpty("redirect_uri") else {
            return .shown(.invalidRequest("The redirect_uri is missing"))
        }
        guard client.accepts(redirectURI: redirectURI) else {
            return .shown(OAuthError("redirect_uri_mismatch", "The redirect_uri \(redirectURI) is not registered for the client"))
        }
        do {
            return .good(try read(fields, client, redirectURI))
        } catch {
            let answer: FormFields = ["error": error.code, "error_description": error.description]
            return .sentBack(Self.answer(answer, to: redirectURI, state: fields["state"]))
        }
    }

    private static func read(
        _ fields: FormFields, _ client: OAuthClient, _ redirectURI: String
    ) throws(OAuthError) -> AuthorizationRequest {
        if let name = fields.repeatedName { throw .invalidRequest("\(name) is given more than once") }
        guard let type = fields.nonEmpty("response_type") else { throw .invalidRequest("response_type is missing") }
        guard type == "code" else { throw OAuthError("unsupported_response_type", "The response_type must be code") }
        guard client.grantTypes.contains(.authorizationCode) else { throw .unauthorizedClient }
        guard fields.nonEmpty("response_mode") ?? "query" == "query" else {
            throw .invalidRequest("The response_mode must be query")
        }
        let scope = try client.scope(fields.nonEmpty("scope"))
        let challenge = fields.nonEmpty("code_challenge")
        if let challenge {
            guard fields.nonEmpty("code_challenge_method") == "S256" else {
                throw .invalidRequest("The code_challenge_method must be S256")
            }
            guard ProofKey.isChallenge(challenge) else { throw .invalidRequest("The code_challenge is malformed") }
        } else if client.isPublic {
            throw .invalidRequest("A code_challenge is required of public clients")
        }
        if fields.nonEmpty("prompt") == "none", fields.nonEmpty("login_hint") == nil {
            throw OAuthError("login_required", "Nobody is logged in, and prompt=none forbids to ask")
        }
        return AuthorizationRequest(
            clientID: client.id, redirectURI: redirectURI, scope: scope, state: fields["state"],
            nonce: fields.nonEmpty("nonce"), challenge: challenge)
    }

    /// Where the browser goes with a code, or with an error.
    func answer(_ fields: FormFields) -> String { Self.answer(fields, to: redirectURI, state: state) }

    private static func answer(_ fields: FormFields, to uri: String, state: String?) -> String {
        var fields = fields
        fields["state"] = state
        return fields.added(to: uri)
    }
}
