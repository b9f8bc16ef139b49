// Logging in to what has no browser: it shows a code, which its user types in elsewhere (RFC 8628).

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

/// What a device waits for.
struct DeviceAuthorization: Sendable, Equatable {
    /// How long its codes are good.
    static let lifetime = Duration.seconds(600)
    /// How long a device waits between two questions at least, in seconds.
    static let interval: Int64 = 5
    /// The letters of users' codes: no vowels, so that they make no words (section 6.1).
    private static let letters = Array("BCDFGHJKLMNPQRSTVWXZ")

    let clientID: String
    let scope: String
    let userCode: String
    /// The second in which the codes expire.
    let expiresAt: Int64
    /// Who has consented.
    var user: String?
    var isDenied = false
    /// The second in which the user decided.
    var decidedAt: Int64 = 0

    /// A user's code of eight letters: `BCDF-GHJK`.
    static func userCode(_ bytes: [UInt8]) -> String {
        let code = bytes.prefix(8).map { letters[Int($0) % letters.count] }
        return String(code[..<4]) + "-" + String(code[4...])
    }

    /// A code as somebody has typed it, in its one form; nil where it can be none.
    static func typed(_ text: String) -> String? {
        let letters = text.uppercased().filter { Self.letters.contains($0) }
        return letters.count == 8 ? letters.prefix(4) + "-" + letters.suffix(4) : nil
    }

    var json: JSONValue {
        [
            "client_id": .string(clientID), "scope": .string(scope), "user_code": .string(userCode),
            "expires_at": .integer(expiresAt), "user": JSONValue(user), "is_denied": .bool(isDenied),
            "decided_at": .integer(decidedAt),
        ]
    }

    init(clientID: String, scope: String, userCode: String, expiresAt: Int64) {
        (self.clientID, self.scope, self.userCode, self.expiresAt) = (clientID, scope, userCode, expiresAt)
    }

    init?(_ text: String) {
        guard let json = try? JSONValue(json: text), let clientID = json["client_id"]?.string,
            let scope = json["scope"]?.string, let code = json["user_code"]?.string, let expiry = json["expires_at"]?.integer
        else { return nil }
        self.init(clientID: clientID, scope: scope, userCode: code, expiresAt: Int64(expiry))
        user = json["user"]?.string
        isDenied = json["is_denied"]?.bool ?? false
        decidedAt = Int64(json["decided_at"]?.integer ?? 0)
    }

    /// What the device is told; nil where it gets its tokens (section 3.5).
    func refusal(at now: Instant) -> OAuthError? {
        if isDenied { return OAuthError("access_denied", "The user denied access") }
        if now.seconds >= expiresAt { return OAuthError("expired_token", "The device_code has expired") }
        return user == nil ? OAuthError("authorization_pending", "The user has not decided yet") : nil
    }
}

extension FakeAuth {
    /// `/oauth/device_authorization` and `/oauth/device`.
    static func addDeviceRoutes(to routes: RouteBuilder<FakeAuth>) {
        routes.post("/oauth/device_authorization") { auth, request, _ in try await auth.authorizeDevice(request) }
        for method in [HTTPRequest.Method.get, .post] {
            routes.on(method, "/oauth/device") { auth, request, _ in try await auth.decideOnDevice(request) }
        }
    }

    /// Gives a device its two codes (section 3.2).
    private func authorizeDevice(_ request: Request) async throws -> Response {
        let (form, client) = try await authenticated(request)
        guard client.grantTypes.contains(.deviceCode) else { throw OAuthError.unauthorizedClient }
        let scope = try client.scope(form.nonEmpty("scope"))
        let code = unguessable("device-code", for: client.id)
        let expiry = context.clock.now.advanced(by: DeviceAuthorization.lifetime).seconds
        let userCode = try await newUserCode(for: code, client)
        let device = DeviceAuthorization(clientID: client.id, scope: scope, userCode: userCode, expiresAt: expiry)
        try await keep(device, code)
        let page = base(of: request) + "/oauth/device"
        let complete: FormFields = ["user_code": userCode]
        return .answer(
            [
                "device_code": .string(code), "user_code": .string(userCode), "verification_uri": .string(page),
                "verification_uri_complete": .string(complete.added(to: page)),
                "expires_in": .integer(DeviceAuthorization.lifetime.components.seconds),
                "interval": .integer(DeviceAuthorization.interval),
            ], headers: OAuthError.unkept)
    }

    /// A user's code that no other device has.
    private func newUserCode(for code: String, _ client: OAuthClient) async throws -> String {
        while true {
            let userCode = DeviceAuthorization.userCode(context.chance.bytes(8, "user-code", for: client.id))
            if try await context.cache.setIfAbsent(Self.key(ofUserCode: userCode), code, expiry: DeviceAuthorization.lifetime) {
                return userCode
            }
        }
    }

    /// The page on which a user types the code in and decides. A user who is named by `login_hint` consents.
    private func decideOnDevice(_ request: Request) async throws -> Response {
        let fields = request.method == .post ? try await oauthForm(request) : request.query
        guard let typed = fields.nonEmpty("user_code") else { return DevicePage.asking() }
        // Few letters, so that few may be tried (section 5.1).
        try await configuration.loginLimit.take(
            "device", "user-code", detail: "Too many codes were tried. Please try again later", in: context.cache)
        guard let userCode = DeviceAuthorization.typed(typed),
            let code = try await context.cache.get(Self.key(ofUserCode: userCode)),
            var device = try await context.cache.get(Self.key(ofDevice: code)).flatMap(DeviceAuthorization.init),
            device.user == nil, !device.isDenied
        else { return DevicePage.asking(typed, problem: "This code is not known, was used, or has expired.") }
        let user = (request.method == .post ? fields.nonEmpty("sub") : nil) ?? fields.nonEmpty("login_hint")
        device.isDenied = request.method == .post && fields["deny"] != nil
        if !device.isDenied {
            guard let user, UpstreamUser.isValid(user) else { return DevicePage.asking(userCode, of: device) }
            device.user = user
        }
        // Of two who decide at once, one does.
        guard try await context.cache.delete(Self.key(ofUserCode: userCode)) else {
            return DevicePage.asking(typed, problem: "This code is not known, was used, or has expired.")
        }
        device.decidedAt = context.clock.now.seconds
        try await keep(device, code)
        return DevicePage.done(isDenied: device.isDenied)
    }

    /// What the user granted, once. Throws ``OAuthError`` with the codes of section 3.5.
    func redeemDeviceCode(_ code: String, _ client: OAuthClient) async throws -> AuthorizationGrant {
        let key = Self.key(ofDevice: code)
        guard let device = try await context.cache.get(key).flatMap(DeviceAuthorization.init), device.clientID == client.id else {
            throw OAuthError.invalidGrant("The device_code is not known, was used, or has expired")
        }
        if let refusal = device.refusal(at: context.clock.now) {
            if refusal.code == "authorization_pending" { try await slowDown(key) }
            throw refusal
        }
        guard let user = device.user, try await context.cache.delete(key) else {
            throw OAuthError.invalidGrant("The device_code is not known, was used, or has expired")
        }
        let request = AuthorizationRequest(
            clientID: client.id, redirectURI: "", scope: device.scope, state: nil, nonce: nil, challenge: nil)
        return AuthorizationGrant(request, user: user, time: device.decidedAt)
    }

    /// Counts a question of a device; one that comes too soon makes all later ones wait 5 s longer. Throws ``OAuthError``
    /// `slow_down`.
    private func slowDown(_ key: String) async throws {
        let slower = try await context.cache.get(key + ":slower").flatMap { Int64($0) } ?? 0
        let pause = Duration.seconds(DeviceAuthorization.interval * (1 + slower))
        // Devices count from the answer, and we from the question: half a second is forgiven.
        if try await context.cache.setIfAbsent(key + ":asked", "1", expiry: pause - .milliseconds(500)) { return }
        _ = try await context.cache.setIfAbsent(key + ":slower", "0", expiry: DeviceAuthorization.lifetime)
        _ = try await context.cache.increment(key + ":slower", by: 1)
        try await context.cache.set(key + ":asked", "1", expiry: pause + .milliseconds(4500))
        throw OAuthError("slow_down", "The device asks too often: wait 5 seconds longer from now on")
    }

    /// Keeps a device's state a while longer than its codes are good, so that it can be told that they have expired.
    private func keep(_ device: DeviceAuthorization, _ code: String) async throws {
        try await context.cache.set(
            Self.key(ofDevice: code), device.json.text, expiry: DeviceAuthorization.lifetime + DeviceAuthorization.lifetime)
    }

    private static func key(ofDevice code: String) -> String { "oauth_device:" + code }
    private static func key(ofUserCode code: String) -> String { "oauth_user_code:" + code }
}
