// A provider by which users may log in, and what it says of them.

import ServiceKit
import Wire

/// An OpenID provider that `auth` is a client of.
public struct UpstreamProvider: Sendable, Hashable {
    /// Its name in `/auth/login?provider=` and in the paths under which it is played.
    public var name: String
    /// The client id that it gave to `auth`.
    public var clientID: String
    /// The client secret that it gave to `auth`.
    public var clientSecret: String

    /// A provider from its parts.
    public init(name: String, clientID: String, clientSecret: String) {
        self.name = name
        self.clientID = clientID
        self.clientSecret = clientSecret
    }

    /// A provider in the form of Google's, with credentials of the form that Google's have.
    public static let google = UpstreamProvider(
        name: "google", clientID: "100000000001-backlotsplayedprovider0123456789.apps.googleusercontent.com",
        clientSecret: "GOCSPX-backlot-played-provider")

    /// What is asked for.
    static let scope = "openid email profile"

    /// The paths under which it is played.
    var root: String { "/upstream/" + name }

    /// The checks that its settings do not pass. Google's client ids have at least 50 characters and a fixed end, its
    /// secrets at least 20.
    var problems: [String] {
        let isWellFormed =
            name != "google"
            || clientID.count >= 50 && clientID.hasSuffix(".apps.googleusercontent.com")
                && clientSecret.count >= 20
        return clientID.isEmpty || clientSecret.isEmpty || !isWellFormed ? ["configuration_validation"] : []
    }
}

/// A user as a provider describes one.
struct ProviderUser: Sendable, Equatable {
    let id: String
    let email: String
    let name: String
    let isVerified: Bool

    init(id: String, email: String, name: String, isVerified: Bool) {
        (self.id, self.email, self.name, self.isVerified) = (id, email, name, isVerified)
    }

    /// Reads an answer of `/oauth2/v2/userinfo`.
    init?(_ json: JSONValue) {
        guard let id = json["id"]?.string, !id.isEmpty, let email = json["email"]?.string, EmailAddress.isValid(email)
        else { return nil }
        self.init(
            id: id, email: email, name: json["name"]?.string ?? "", isVerified: json["verified_email"]?.bool ?? false)
    }

    /// The answer of `/oauth2/v2/userinfo`.
    var json: JSONValue {
        [
            "id": .string(id), "email": .string(email), "name": .string(name), "verified_email": .bool(isVerified),
            "given_name": .string(String(name.prefix { $0 != " " })), "locale": "en",
        ]
    }
}
