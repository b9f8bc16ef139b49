// A request to a token endpoint: who asks, and for what. Decides only (RFC 6749 sections 2.3 and 4).

import ServiceKit
import Wire

/// A request whose client is who it says.
enum TokenRequest: Equatable {
    case code(OAuthClient, CodeRedemption)
    case refresh(OAuthClient, token: String, scope: String?)
    case clientCredentials(OAuthClient, scope: String)

    /// Reads the fields of a request's form and its `Authorization`.
    static func read(
        _ fields: FormFields, authorization: String?, clients: [OAuthClient]
    ) throws(OAuthError) -> TokenRequest {
        if let name = fields.repeatedName { throw .invalidRequest("\(name) is given more than once") }
        let client = try client(fields, authorization, clients)
        guard let named = fields.nonEmpty("grant_type") else { throw .invalidRequest("grant_type is missing") }
        guard let type = OAuthClient.GrantType(rawValue: named) else { throw .unsupportedGrantType }
        guard client.grantTypes.contains(type) else { throw .unauthorizedClient }
        switch type {
        case .authorizationCode:
            guard let code = fields.nonEmpty("code") else { throw .invalidRequest("code is missing") }
            return .code(
                client,
                CodeRedemption(
                    code: code, redirectURI: fields.nonEmpty("redirect_uri"), verifier: fields.nonEmpty("code_verifier")))
        case .refreshToken:
            guard let token = fields.nonEmpty("refresh_token") else { throw .invalidRequest("refresh_token is missing") }
            return .refresh(client, token: token, scope: fields.nonEmpty("scope"))
        case .clientCredentials:
            let scope = fields.nonEmpty("scope") ?? client.scopes.joined(separator: " ")
            if let unknown = scope.split(separator: " ").first(where: { !client.scopes.contains(String($0)) }) {
                throw .invalidScope("The scope \(unknown) is not known for the client")
            }
            return .clientCredentials(client, scope: scope)
        }
    }

    /// The client, by one method alone: `Authorization: Basic`, the form, or (public ones) its id.
    private static func client(
        _ fields: FormFields, _ authorization: String?, _ clients: [OAuthClient]
    ) throws(OAuthError) -> OAuthClient {
        var (id, secret) = (fields.nonEmpty("client_id"), fields["client_secret"])
        if let authorization {
            guard secret == nil else { throw .invalidRequest("The client authenticates in two ways at once") }
            guard let shown = basic(authorization) else { throw .invalidClient("The Authorization header is malformed") }
            guard id == nil || id == shown.id else { throw .invalidRequest("Header and form name different clients") }
            (id, secret) = (shown.id, shown.secret)
        }
        guard let client = clients.first(where: { $0.id == id }) else {
            throw .invalidClient("The client is missing or not registered")
        }
        switch (client.secret, secret) {
        case (nil, nil), (nil, ""): return client
        case (nil, _): throw .invalidClient("The client has no secret, but one was sent")
        case (_, nil): throw .invalidClient("The client must show its secret")
        case (let expected?, let shown?):
            guard ConstantTime.areEqual(expected, shown) else { throw .invalidClient("The secret of the client is wrong") }
            return client
        }
    }

    /// Id and secret of `Basic`, each encoded as in forms (RFC 6749 section 2.3.1).
    private static func basic(_ field: String) -> (id: String, secret: String)? {
        let parts = field.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "basic", let bytes = Base64.decode(String(parts[1])) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let mark = text.firstIndex(of: ":") else { return nil }
        func decoded(_ part: Substring) -> String { FormFields("v=" + part)["v"] ?? "" }
        return (decoded(text[..<mark]), decoded(text[text.index(after: mark)...]))
    }
}
