// How an auth service is set up: names, keys, lifetimes, limits. The default is the test profile.

public import ServiceKit

/// The settings of an auth service.
public struct AuthConfiguration: Sendable {
    /// How access, refresh and service tokens are signed.
    ///
    /// With HS256, the default, other services ask `auth` about every token. With the others they check tokens by the
    /// keys of `/.well-known/jwks.json`, and ask only whether a token was revoked.
    public enum Algorithm: String, Sendable, CaseIterable {
        /// HMAC with SHA-256; its key is never published.
        case hs256 = "HS256"
        /// Ed25519 (RFC 8037). Its signatures depend on key and text alone, so it suits simulations.
        case eddsa = "EdDSA"
        /// ECDSA on P-256 with SHA-256. A signature takes chance from the library's own generator, so that equal seeds
        /// give other tokens of equal claims.
        case es256 = "ES256"
        /// RSA with SHA-256 (PKCS #1 v1.5); needs ``AuthConfiguration/privateKeyPEM``.
        case rs256 = "RS256"
    }

    /// Which kind of environment a service is in.
    public enum Environment: String, Sendable, CaseIterable {
        case test
        case development
        case staging
        case production

        /// Whether developers' short cuts are open.
        var isForDevelopers: Bool { self == .test || self == .development }
    }

    /// The service's name in its answers and in `x-service-name`.
    public var serviceName = "auth-service"
    /// The service's version in its answers.
    public var version = "1.0.0"
    /// The environment's name: the `env` claim, the answers to health checks, and what is open to developers alone.
    public var environment = Environment.test
    /// What the claims of tokens must be.
    public var rules = TokenRules()
    /// The `svc_id` claim.
    public var serviceID = "backlot_auth_test"
    /// How tokens are signed.
    public var algorithm = Algorithm.hs256
    /// The key of HS256, of at least 32 bytes of UTF-8. Nil: derived from the world's chance.
    public var secret: String?
    /// The private key of the other algorithms in PEM. Nil: derived from the world's chance, which RS256 cannot.
    public var privateKeyPEM: String?
    /// How long an access token is valid.
    public var accessLifetime = Duration.seconds(300)
    /// How long a refresh token is valid, and a session without a refresh.
    public var refreshLifetime = Duration.seconds(86_400)
    /// How long a service token is valid.
    public var serviceLifetime = Duration.seconds(3600)
    /// Rounds of PBKDF2. Low, because the passwords of a test protect nothing and every login pays for it.
    public var passwordRounds = 100
    /// The least number of characters of a password.
    public var passwordLength = 4
    /// How often one user may try to log in.
    public var loginLimit = RateLimit(count: 100, window: .seconds(10))
    /// How many wrong passwords lock an account.
    public var failuresBeforeLockout = 100
    /// How long an account is locked.
    public var lockout = Duration.seconds(900)
    /// The largest request body, in bytes.
    public var bodyLimit = 51_200
    /// Where this service is reached from outside, without a slash at the end. Nil: at the host that a request names.
    public var publicURL: String?
    /// Where the application's pages are: logins by a provider end there.
    public var frontendURL = "http://localhost:3000"
    /// The providers by which users may log in.
    public var providers = [UpstreamProvider.google]
    /// The applications that may ask for tokens at `/oauth/authorize` and `/oauth/token`.
    public var clients = OAuthClient.defaults
    /// The services that get service tokens.
    public var services = RegisteredService.defaults
    /// The key of the end-to-end bypass, `/auth/e2e/test-auth`. Nil: the bypass is not configured.
    public var bypassKey: String? = "backlot-e2e-bypass-key"

    /// The test profile.
    public init() {}

}

extension AuthConfiguration {
    /// The test profile.
    public static let test = AuthConfiguration()

    /// The profile of an environment: lifetimes, passwords and limits as its contract has them.
    public static func profile(_ environment: Environment) -> AuthConfiguration {
        var profile = AuthConfiguration()
        profile.environment = environment
        profile.serviceID = "backlot_auth_\(environment.rawValue)"
        switch environment {
        case .test: break
        case .development:
            (profile.accessLifetime, profile.refreshLifetime) = (.seconds(7200), .seconds(30 * 86_400))
            (profile.passwordLength, profile.failuresBeforeLockout) = (6, 10)
            profile.loginLimit = RateLimit(count: 10, window: .seconds(60))
        case .staging:
            (profile.accessLifetime, profile.refreshLifetime) = (.seconds(1800), .seconds(14 * 86_400))
            (profile.passwordLength, profile.failuresBeforeLockout) = (10, 5)
            profile.loginLimit = RateLimit(count: 5, window: .seconds(300))
        case .production:
            (profile.accessLifetime, profile.refreshLifetime) = (.seconds(900), .seconds(7 * 86_400))
            (profile.passwordLength, profile.failuresBeforeLockout) = (12, 3)
            profile.loginLimit = RateLimit(count: 3, window: .seconds(600))
        }
        return profile
    }

    /// The staging profile: longer lifetimes and passwords, fewer attempts.
    public static var staging: AuthConfiguration { profile(.staging) }
}

/// A setting that an auth service cannot work with.
public enum AuthConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The key of HS256 is shorter than the hash (RFC 7518 section 3.2).
    case secretTooShort(bytes: Int)
    /// The private key cannot be read.
    case unreadablePrivateKey(algorithm: String)
    /// RS256 has no private key.
    case missingPrivateKey
    /// PBKDF2 needs at least one round.
    case tooFewRounds(Int)

    public var description: String {
        switch self {
        case .secretTooShort(let bytes):
            "The secret of the auth service has \(bytes) bytes; HS256 needs at least 32. Choose a longer one, or none."
        case .unreadablePrivateKey(let algorithm):
            "The private key of the auth service is not a key of \(algorithm) in PEM. Give another one, or another algorithm."
        case .missingPrivateKey:
            "RS256 needs a private key in PEM of the auth service. Give one, or choose EdDSA, which can do without."
        case .tooFewRounds(let rounds): "The auth service cannot hash passwords with \(rounds) rounds. Choose at least 1."
        }
    }
}
