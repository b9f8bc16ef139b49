// An application logs its user out here too (OpenID Connect RP-Initiated Logout 1.0).

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

/// A request to end a session, read. Decides only.
struct EndSessionRequest: Sendable, Equatable {
    /// Of which session and user, as an id token says that was issued here; nil where none was shown.
    let session: (id: String, userID: String)?
    /// Where the browser goes then; nil: it stays and is told.
    let destination: String?

    static func == (left: EndSessionRequest, right: EndSessionRequest) -> Bool {
        left.session?.id == right.session?.id && left.session?.userID == right.session?.userID
            && left.destination == right.destination
    }

    /// Reads the fields. `hint` are the claims of `id_token_hint`, if its signature is good, be it expired (section 2). Throws
    /// ``OAuthError``, which is shown: the browser is not sent anywhere that is not registered (section 3).
    init(_ fields: FormFields, hint: JSONValue?, clients: [OAuthClient]) throws(OAuthError) {
        if fields.nonEmpty("id_token_hint") != nil, hint == nil {
            throw .invalidRequest("The id_token_hint was not issued here")
        }
        let audience = hint?["aud"]?.string
        let named = fields.nonEmpty("client_id")
        if let audience, let named, audience != named {
            throw .invalidRequest("The id_token_hint was issued to another client than client_id names")
        }
        let client = (named ?? audience).flatMap { id in clients.first { $0.id == id } }
        if named != nil, client == nil { throw .invalidRequest("The client_id is not registered") }
        if let uri = fields.nonEmpty("post_logout_redirect_uri") {
            guard let client else { throw .invalidRequest("Without id_token_hint or client_id nobody can be sent anywhere") }
            guard client.accepts(postLogoutRedirectURI: uri) else {
                throw .invalidRequest("The post_logout_redirect_uri \(uri) is not registered for the client")
            }
            var answer: FormFields = [:]
            answer["state"] = fields["state"]
            destination = answer.added(to: uri)
        } else {
            destination = nil
        }
        if let id = hint?["sid"]?.string, let userID = hint?["sub"]?.string { session = (id, userID) } else { session = nil }
    }
}

extension FakeAuth {
    /// `/oauth/logout`.
    static func addEndSessionRoutes(to routes: RouteBuilder<FakeAuth>) {
        for method in [HTTPRequest.Method.get, .post] {
            routes.on(method, "/oauth/logout") { auth, request, _ in try await auth.endSession(request) }
        }
    }

    private func endSession(_ request: Request) async throws -> Response {
        let fields = request.method == .post ? try await oauthForm(request) : request.query
        var hint: JSONValue?
        if let token = fields.nonEmpty("id_token_hint") {
            hint = try await keyStore.identityKey().verification.claims(of: token)
            if hint?["iss"]?.string != base(of: request) { hint = nil }
        }
        let clients = try await clients(naming: [fields.nonEmpty("client_id"), hint?["aud"]?.string])
        let asked = try EndSessionRequest(fields, hint: hint, clients: clients)
        if let session = asked.session { try await sessions.close(session.id, userID: session.userID) }
        return asked.destination.map { .found($0) } ?? ConsentPage.loggedOut()
    }
}
