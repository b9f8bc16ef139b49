// How an auth service is set up: names, keys, lifetimes, limits. The default is the test profile.

/// The settings of an auth service.
public struct AuthConfiguration: Sendable {
    /// How tokens are signed.
    public enum Algorithm: String, Sendable, CaseIterable {
        /// HMAC with SHA-256; its key is never published.
        case hs256 = "HS256"
        /// ECDSA on P-256 with SHA-256; the public key is published at `/.well-known/jwks.json`.
        case es256 = "ES256"
    }

    /// The service's name in its answers and in `x-service-name`.
    public var serviceName = "auth-service"
    /// The service's version in its answers.
    public var version = "1.0.0"
    /// The environment's name: the `env` claim and the answers to health checks.
    public var environment = "test"
    /// The `iss` claim.
    public var issuer = "backlot-auth"
    /// The `aud` claim.
    public var audience = "backlot-platform"
    /// The `svc_id` claim.
    public var serviceID = "backlot_auth_test"
    /// How tokens are signed.
    public var algorithm = Algorithm.hs256
    /// The key of HS256, of at least 32 bytes of UTF-8. Nil: derived from the world's chance.
    public var secret: String?
    /// The private key of ES256 in PEM. Nil: derived from the world's chance.
    public var privateKeyPEM: String?
    /// How long an access token is valid.
    public var accessLifetime = Duration.seconds(300)
    /// How long a refresh token is valid, and a session without a refresh.
    public var refreshLifetime = Duration.seconds(86_400)
    /// An access token issued longer ago is refused, whatever its `exp`.
    public var accessAgeLimit = Duration.seconds(86_400)
    /// Rounds of PBKDF2. Low, because the passwords of a test protect nothing and every login pays for it.
    public var passwordRounds = 100
    /// The least number of characters of a password.
    public var passwordLength = 4
    /// The largest request body, in bytes.
    public var bodyLimit = 51_200

    /// The test profile.
    public init() {}

    /// The test profile.
    public static let test = AuthConfiguration()

    /// The staging profile: longer lifetimes and passwords.
    public static var staging: AuthConfiguration {
        var configuration = AuthConfiguration()
        configuration.environment = "staging"
        configuration.serviceID = "backlot_auth_staging"
        configuration.accessLifetime = .seconds(1800)
        configuration.refreshLifetime = .seconds(1_209_600)
        configuration.passwordLength = 10
        return configuration
    }
}

/// A setting that an auth service cannot work with.
public enum AuthConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The key of HS256 is shorter than the hash (RFC 7518 section 3.2).
    case secretTooShort(bytes: Int)
    /// The private key of ES256 cannot be read.
    case unreadablePrivateKey
    /// PBKDF2 needs at least one round.
    case tooFewRounds(Int)

    public var description: String {
        switch self {
        case .secretTooShort(let bytes):
            "The secret of the auth service has \(bytes) bytes; HS256 needs at least 32. Choose a longer one, or none."
        case .unreadablePrivateKey:
            "The private key of the auth service is not a P-256 key in PEM. Give another one, or none."
        case .tooFewRounds(let rounds): "The auth service cannot hash passwords with \(rounds) rounds. Choose at least 1."
        }
    }
}
