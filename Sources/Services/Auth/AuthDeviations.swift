// The ways in which the auth service can be made to be wrong on purpose.

public import ServiceKit

extension Deviation {
    /// A used refresh token is accepted again.
    public static let refreshReuse = Deviation(
        "refresh-reuse", of: "auth", "a used refresh token is accepted again, and its session lives on")
    /// Expired tokens are valid.
    public static let expiryIgnored = Deviation("expiry-ignored", of: "auth", "expired tokens are still valid")
    /// Logging out ends nothing.
    public static let logoutKeepsToken = Deviation(
        "logout-keeps-token", of: "auth", "logging out answers 200 and leaves the session open")
    /// Signatures are not checked.
    public static let signatureUnchecked = Deviation(
        "signature-unchecked", of: "auth", "a token with a wrong signature is accepted if its claims are right")
    /// The state of an OAuth callback is not checked.
    public static let oauthStateUnchecked = Deviation(
        "oauth-state-unchecked", of: "auth", "the OAuth callback takes any state, from any browser", isQuirk: true)
    /// The verifier of a code exchange is not checked.
    public static let pkceUnchecked = Deviation(
        "pkce-unchecked", of: "auth", "an authorization code is exchanged without the right code_verifier")
    /// Sessions are kept in the process.
    public static let sessionNotPersisted = Deviation(
        "session-not-persisted", of: "auth", "sessions live in the memory of the process: a restart or a replica knows none",
        isQuirk: true)
    /// Any service secret is good.
    public static let serviceSecretUnchecked = Deviation(
        "service-secret-unchecked", of: "auth", "a service token is given for any secret", isQuirk: true)
    /// `expires_in` is a constant.
    public static let expiresInLie = Deviation(
        "expires-in-lie", of: "auth", "expires_in is 900 whatever the lifetime of the token", isQuirk: true)
    /// Registering again takes the account over.
    public static let duplicateRegistration = Deviation(
        "duplicate-registration", of: "auth", "registering with a known e-mail address takes its account over")
    /// A login answers with somebody else's tokens.
    public static let wrongUserToken = Deviation(
        "wrong-user-token", of: "auth", "a login answers with tokens of the user who logged in before")
    /// Any bypass key is good.
    public static let bypassOpen = Deviation("bypass-open", of: "auth", "the end-to-end bypass accepts any key")
    /// A refresh token does as an access token.
    public static let refreshTokenAsAccess = Deviation(
        "refresh-token-as-access", of: "auth", "a refresh token is accepted where an access token is needed")
    /// Tokens of the bypass carry no permissions.
    public static let permissionsLost = Deviation(
        "permissions-lost", of: "auth", "the bypass names permissions in its answer that its token does not carry",
        isQuirk: true)

    /// Logging out is forgotten with the process.
    public static let logoutInMemory = Deviation(
        "logout-in-memory", of: "auth", "which sessions were closed is known to the process alone: a restart opens them again",
        needs: .fault)
    /// So is which refresh tokens were used.
    public static let refreshMarkInMemory = Deviation(
        "refresh-mark-in-memory", of: "auth",
        "which refresh tokens were used is known to the process alone: after a restart they are good again", needs: .fault)
    /// Logging out meets the prolonging of the session.
    public static let sessionWrittenBehind = Deviation(
        "session-written-behind", of: "auth",
        "a request prolongs its session behind its own back, and may open again what logging out has closed", needs: .order)

    /// All deviations of the auth service.
    public static let authDeviations: [Deviation] = [
        refreshReuse, expiryIgnored, logoutKeepsToken, signatureUnchecked, oauthStateUnchecked, pkceUnchecked,
        sessionNotPersisted, serviceSecretUnchecked, expiresInLie, duplicateRegistration, wrongUserToken, bypassOpen,
        refreshTokenAsAccess, permissionsLost, logoutInMemory, refreshMarkInMemory, sessionWrittenBehind,
    ]
}
