// Which application asks, and whether it is who it says. Decides only (RFC 6749 section 2.3).

import HTTPTypes
import Hummingbird
import ServiceKit
import Wire

/// Finds out which application sends a request.
enum ClientAuthentication {
    /// The client, by one method alone: `Authorization: Basic`, the form, or (public ones) its id.
    static func client(
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

    /// Whom a request says it is of.
    static func claimedID(_ fields: FormFields, _ authorization: String?) -> String? {
        fields.nonEmpty("client_id") ?? authorization.flatMap(basic)?.id
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

extension FakeAuth {
    /// The form of a request, which names each field once, and the application that sends it. Throws ``OAuthError``.
    func authenticated(_ request: Request) async throws -> (form: FormFields, client: OAuthClient) {
        let form = try await oauthForm(request)
        let authorization = request.headers[.authorization]
        let clients = try await clients(naming: [ClientAuthentication.claimedID(form, authorization)])
        let client = try ClientAuthentication.client(form, authorization, clients)
        return (form, client)
    }

    /// The form of a request, which names each field once. Throws ``OAuthError``.
    func oauthForm(_ request: Request) async throws -> FormFields {
        guard let form = try await request.form(upTo: configuration.bodyLimit) else {
            throw OAuthError.invalidRequest("The body must be \(FormFields.contentType)")
        }
        if let name = form.repeatedName { throw OAuthError.invalidRequest("\(name) is given more than once") }
        return form
    }
}
