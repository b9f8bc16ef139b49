// Signs and checks tokens in the compact form (RFC 7515 section 3.1) with the one key of the service.

import Crypto
import JWTKit
import Kernel
import NIOCore
import ServiceKit
import Wire

/// The key of an auth service, and what is made with it.
///
/// Keys and signatures are jwt-kit's. Header and claims are written here, with sorted keys, so that equal claims give
/// equal bytes.
struct TokenSigner: Sendable {
    /// The key's name in headers and in the JWKS.
    let keyID: String
    /// The public key as a JWK (RFC 7517); nil where the key is a shared secret.
    let publicKey: JSONValue?

    private let keys: JWTKeyCollection
    private let algorithm: any JWTAlgorithm
    private let header: [UInt8]

    /// The signer that a configuration asks for. Throws ``AuthConfigurationError``.
    static func make(_ configuration: AuthConfiguration, chance: ChanceSource) async throws -> TokenSigner {
        let keys = JWTKeyCollection()
        switch configuration.algorithm {
        case .hs256:
            let secret = configuration.secret.map { Array($0.utf8) } ?? chance.bytes(32, "token-secret")
            guard secret.count >= 32 else { throw AuthConfigurationError.secretTooShort(bytes: secret.count) }
            // A name that tells replicas with one secret apart from others, and nothing of the secret.
            let code = HMAC<SHA256>.authenticationCode(for: Array("kid".utf8), using: SymmetricKey(data: secret))
            let keyID = "hs256-" + String(decoding: Base64URL.encode(Array(code).prefix(9)), as: UTF8.self)
            await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256, kid: .init(string: keyID))
            return try await TokenSigner(keys, keyID: keyID, publicKey: nil)
        case .es256:
            let key = try privateKey(configuration, chance)
            let (publicKey, keyID) = jwk(of: key.publicKey)
            await keys.add(ecdsa: try ES256PrivateKey(backing: key), kid: .init(string: keyID))
            return try await TokenSigner(keys, keyID: keyID, publicKey: publicKey)
        }
    }

    private init(_ keys: JWTKeyCollection, keyID: String, publicKey: JSONValue?) async throws {
        self.keys = keys
        self.keyID = keyID
        self.publicKey = publicKey
        algorithm = try await keys.getKey(for: .init(string: keyID))
        let header: JSONValue = ["alg": .string(algorithm.name), "kid": .string(keyID), "typ": "JWT"]
        self.header = Base64URL.encode(header.text.utf8)
    }

    /// A signed token with these claims.
    func sign(_ claims: JSONValue) throws -> String {
        var token = header
        token.append(UInt8(ascii: "."))
        token += Base64URL.encode(claims.text.utf8)
        let signature = try algorithm.sign(token)
        token.append(UInt8(ascii: "."))
        token += Base64URL.encode(signature)
        return String(decoding: token, as: UTF8.self)
    }

    /// The claims of a token whose header and signature are right; nil for any other. Looks at no claim.
    func claims(of token: String) -> JSONValue? {
        let bytes = Array(token.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual(header) || accepts(header: parts[0]),
            let signature = Base64URL.decode(parts[2]), let payload = Base64URL.decode(parts[1])
        else { return nil }
        let signed = bytes[..<parts[1].endIndex]
        // A signature of another length is an error to some algorithms and a wrong signature to others.
        guard (try? algorithm.verify(signature, signs: Array(signed))) == true else { return nil }
        return try? JSONValue(json: ByteBuffer(bytes: payload))
    }

    /// Whether a header that is not this signer's own names its algorithm, and its key or none. What a header declares
    /// critical is not understood here, so such a token is refused (RFC 7515 section 4.1.11).
    private func accepts(header: ArraySlice<UInt8>) -> Bool {
        guard let bytes = Base64URL.decode(header), let fields = try? JSONValue(json: ByteBuffer(bytes: bytes)) else {
            return false
        }
        return fields["alg"]?.string == algorithm.name && fields["crit"] == nil
            && (fields["kid"] == nil || fields["kid"]?.string == keyID)
    }

    private static func privateKey(
        _ configuration: AuthConfiguration, _ chance: ChanceSource
    ) throws -> P256.Signing.PrivateKey {
        if let pem = configuration.privateKeyPEM {
            guard let key = try? P256.Signing.PrivateKey(pemRepresentation: pem) else {
                throw AuthConfigurationError.unreadablePrivateKey
            }
            return key
        }
        // Of all 32-byte numbers but one in 2^32 are keys of this curve.
        while true {
            let bytes = chance.bytes(32, "token-private-key")
            if let key = try? P256.Signing.PrivateKey(rawRepresentation: bytes) { return key }
        }
    }

    /// The JWK of a public key (RFC 7518 section 6.2), named by its thumbprint (RFC 7638).
    private static func jwk(of key: P256.Signing.PublicKey) -> (jwk: JSONValue, keyID: String) {
        func coordinate(_ bytes: some Collection<UInt8>) -> JSONValue {
            .string(String(decoding: Base64URL.encode(bytes), as: UTF8.self))
        }
        let point = Array(key.rawRepresentation)
        var jwk: JSONValue = ["crv": "P-256", "kty": "EC", "x": coordinate(point[..<32]), "y": coordinate(point[32...])]
        let thumbprint = Base64URL.encode(Array(SHA256.hash(data: Array(jwk.text.utf8))))
        let keyID = String(decoding: thumbprint, as: UTF8.self)
        jwk["kid"] = .string(keyID)
        jwk["use"] = "sig"
        jwk["alg"] = "ES256"
        return (jwk, keyID)
    }
}
