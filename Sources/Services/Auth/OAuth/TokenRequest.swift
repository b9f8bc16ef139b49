// A request to a token endpoint: who asks, and for what. Decides only (RFC 6749 section 4).

import Wire

/// A request whose client is who it says.
enum TokenRequest: Equatable {
    case code(OAuthClient, CodeRedemption)
    case refresh(OAuthClient, token: String, scope: String?)
    case clientCredentials(OAuthClient, scope: String)
    case deviceCode(OAuthClient, String)
    case exchange(OAuthClient, TokenExchange)

    /// Reads the fields of a request's form and its `Authorization`.
    static func read(
        _ fields: FormFields, authorization: String?, clients: [OAuthClient]
    ) throws(OAuthError) -> TokenRequest {
        let client = try ClientAuthentication.client(fields, authorization, clients)
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
            return .clientCredentials(client, scope: try client.scope(fields.nonEmpty("scope")))
        case .deviceCode:
            guard let code = fields.nonEmpty("device_code") else { throw .invalidRequest("device_code is missing") }
            return .deviceCode(client, code)
        case .tokenExchange: return .exchange(client, try TokenExchange(fields, client))
        }
    }
}
