// What an application says of itself when it registers, read and judged (RFC 7591 section 2). Decides only.

import Kernel
import ServiceKit
import Wire

/// The metadata of an application that registers.
struct ClientMetadata: Sendable, Equatable {
    /// How an application may authenticate itself at the token endpoint.
    enum Authentication: String, Sendable, CaseIterable {
        case basic = "client_secret_basic"
        case post = "client_secret_post"
        case none
    }

    let redirectURIs: [String]
    let postLogoutRedirectURIs: [String]
    let grantTypes: [OAuthClient.GrantType]
    let scopes: [String]
    let authentication: Authentication
    let name: String?

    /// What it may ask for, and does where it names nothing.
    private static let scopesKnown = ["openid", "profile", "email", "offline_access", "read", "write"]

    /// Reads the members of a registration; what is not known is ignored. Throws ``OAuthError`` with the codes of section 3.2.2.
    init(_ json: JSONObject) throws(OAuthError) {
        redirectURIs = try Self.texts(json, "redirect_uris") ?? []
        postLogoutRedirectURIs = try Self.texts(json, "post_logout_redirect_uris") ?? []
        for uri in redirectURIs + postLogoutRedirectURIs {
            if let problem = Self.problem(with: uri) {
                throw OAuthError("invalid_redirect_uri", "\(uri.prefix(200)): \(problem)")
            }
        }
        let grants = try Self.texts(json, "grant_types") ?? [OAuthClient.GrantType.authorizationCode.rawValue]
        var types: [OAuthClient.GrantType] = []
        for grant in grants {
            guard let type = OAuthClient.GrantType(rawValue: grant) else {
                throw Self.invalid("grant_types: '\(grant.prefix(100))' is not known here")
            }
            if !types.contains(type) { types.append(type) }
        }
        grantTypes = types
        let takesCodes = types.contains(.authorizationCode)
        let responses = try Self.texts(json, "response_types") ?? (takesCodes ? ["code"] : [])
        guard responses == (takesCodes ? ["code"] : []) else {
            throw Self.invalid("response_types: 'code' goes with the grant type authorization_code, and there is no other")
        }
        if takesCodes, redirectURIs.isEmpty {
            throw OAuthError("invalid_redirect_uri", "redirect_uris: the grant type authorization_code needs one at least")
        }
        let method = try Self.text(json, "token_endpoint_auth_method") ?? Authentication.basic.rawValue
        guard let authentication = Authentication(rawValue: method) else {
            throw Self.invalid("token_endpoint_auth_method: '\(method.prefix(100))' is not known here")
        }
        if authentication == .none, types.contains(where: { $0 == .clientCredentials || $0 == .tokenExchange }) {
            throw Self.invalid("token_endpoint_auth_method: an application without a secret gets no tokens of its own")
        }
        self.authentication = authentication
        let scope = try Self.text(json, "scope") ?? Self.scopesKnown.joined(separator: " ")
        scopes = scope.split(separator: " ").map(String.init)
        if let unknown = scopes.first(where: { !Self.scopesKnown.contains($0) }) {
            throw Self.invalid("scope: '\(unknown.prefix(100))' is not known here")
        }
        name = try Self.text(json, "client_name")
        if let name, name.utf8.count > 200 { throw Self.invalid("client_name: it has more than 200 bytes") }
    }

    private static func invalid(_ reason: String) -> OAuthError { OAuthError("invalid_client_metadata", reason) }

    private static func text(_ json: JSONObject, _ name: String) throws(OAuthError) -> String? {
        guard let value = json[name], !value.isNull else { return nil }
        guard let text = value.string else { throw invalid("\(name) must be a text") }
        return text
    }

    private static func texts(_ json: JSONObject, _ name: String) throws(OAuthError) -> [String]? {
        guard let value = json[name], !value.isNull else { return nil }
        guard let array = value.array, array.count <= 50 else { throw invalid("\(name) must be a list of texts, of 50 at most") }
        let texts = array.compactMap(\.string)
        guard texts.count == array.count else { throw invalid("\(name) must be a list of texts") }
        return texts
    }

    /// What is wrong with sending browsers to a URI; nil where nothing is: https anywhere, http on loopback hosts alone, and
    /// schemes of programs' own, which have a dot in them (RFC 8252 section 7.1).
    static func problem(with uri: String) -> String? {
        guard uri.utf8.count <= 2000, uri.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else { return "it is no URI" }
        if uri.contains("#") { return "it has a fragment" }
        guard let colon = uri.firstIndex(of: ":") else { return "it is not absolute" }
        let (scheme, rest) = (uri[..<colon].lowercased(), uri[uri.index(after: colon)...])
        switch scheme {
        case "https", "http":
            guard rest.hasPrefix("//") else { return "it has no host" }
            let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
            if authority.contains("@") { return "it has a user in it" }
            let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
            if host.isEmpty { return "it has no host" }
            let isLoopback = ["localhost", "127.0.0.1", "[::1]"].contains(String(host))
            return scheme == "http" && !isLoopback ? "http is allowed on loopback hosts alone" : nil
        default:
            let isOwn = scheme.contains(".") && scheme.isASCIIName(of: 3...100, marks: "+-.")
            return isOwn ? nil : "the scheme must be https, http, or one of the program's own, with a dot in it"
        }
    }

    /// The application, with an id and a secret where it keeps one.
    func client(id: String, secret: String?) -> OAuthClient {
        OAuthClient(
            id: id, secret: authentication == .none ? nil : secret, redirectURIs: redirectURIs,
            postLogoutRedirectURIs: postLogoutRedirectURIs, scopes: scopes, grantTypes: grantTypes, name: name)
    }

    /// The metadata as the answer tells them (section 3.2.1).
    var json: JSONObject {
        func list(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
        var json: JSONObject = [
            "redirect_uris": list(redirectURIs), "grant_types": list(grantTypes.map(\.rawValue)),
            "response_types": grantTypes.contains(.authorizationCode) ? ["code"] : [],
            "token_endpoint_auth_method": .string(authentication.rawValue), "scope": .string(scopes.joined(separator: " ")),
        ]
        if !postLogoutRedirectURIs.isEmpty { json["post_logout_redirect_uris"] = list(postLogoutRedirectURIs) }
        if let name { json["client_name"] = .string(name) }
        return json
    }
}
