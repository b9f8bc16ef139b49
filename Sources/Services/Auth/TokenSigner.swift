// Signs tokens in the compact form (RFC 7515 section 3.1) with one key.

import Crypto
import Foundation
import JWTKit
import Kernel
import NIOCore
import ServiceKit
import Wire
import _CryptoExtras

/// One key of an auth service, and what is made with it.
///
/// Keys and signatures are jwt-kit's. Header and claims are written here, with sorted keys, so that equal claims give
/// equal bytes.
struct TokenSigner: Sendable {
    /// The key, for checking.
    let verification: VerificationKey
    /// The public key as a JWK (RFC 7517); nil where the key is a shared secret.
    let publicKey: JSONValue?

    private let algorithm: any JWTAlgorithm
    private let header: [UInt8]

    /// The key that a configuration asks for; `chance` gives it where the configuration does not. Throws
    /// ``AuthConfigurationError``.
    static func make(_ configuration: AuthConfiguration, chance: ChanceSource) async throws -> TokenSigner {
        switch configuration.algorithm {
        case .hs256:
            let secret = configuration.secret.map { Array($0.utf8) } ?? chance.bytes(32, "token-secret")
            guard secret.count >= 32 else { throw AuthConfigurationError.secretTooShort(bytes: secret.count) }
            // A name that tells replicas with one secret apart from others, and nothing of the secret.
            let code = HMAC<SHA256>.authenticationCode(for: Array("kid".utf8), using: SymmetricKey(data: secret))
            let keyID = "hs256-" + String(decoding: Base64URL.encode(Array(code).prefix(9)), as: UTF8.self)
            return try await TokenSigner(keyID: keyID, publicKey: nil) { keys, kid in
                await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256, kid: kid)
            }
        case .eddsa:
            guard let pem = configuration.privateKeyPEM else { return try await eddsa(chance, "token-private-key") }
            guard let key = try? Curve25519.Signing.PrivateKey(pemRepresentation: pem) else {
                throw AuthConfigurationError.unreadablePrivateKey(algorithm: "EdDSA")
            }
            return try await eddsa(key)
        case .es256: return try await es256(configuration, chance)
        case .rs256: return try await rs256(configuration)
        }
    }

    /// A key of Ed25519 that chance decides.
    static func eddsa(_ chance: ChanceSource, _ site: String) async throws -> TokenSigner {
        try await eddsa(Curve25519.Signing.PrivateKey(rawRepresentation: chance.bytes(32, site)))
    }

    private static func eddsa(_ key: Curve25519.Signing.PrivateKey) async throws -> TokenSigner {
        let jwk: JSONValue = ["crv": "Ed25519", "kty": "OKP", "x": digits(key.publicKey.rawRepresentation)]
        let (named, keyID) = named(jwk, algorithm: "EdDSA")
        return try await TokenSigner(keyID: keyID, publicKey: named) { keys, kid in
            await keys.add(eddsa: EdDSA.PrivateKey(backing: key), kid: kid)
        }
    }

    private static func es256(_ configuration: AuthConfiguration, _ chance: ChanceSource) async throws -> TokenSigner {
        let key: P256.Signing.PrivateKey
        if let pem = configuration.privateKeyPEM {
            guard let read = try? P256.Signing.PrivateKey(pemRepresentation: pem) else {
                throw AuthConfigurationError.unreadablePrivateKey(algorithm: "ES256")
            }
            key = read
        } else {
            key = drawnKey(chance)
        }
        let point = Array(key.publicKey.rawRepresentation)
        let jwk: JSONValue = ["crv": "P-256", "kty": "EC", "x": digits(point[..<32]), "y": digits(point[32...])]
        let (named, keyID) = named(jwk, algorithm: "ES256")
        return try await TokenSigner(keyID: keyID, publicKey: named) { keys, kid in
            await keys.add(ecdsa: try ES256PrivateKey(backing: key), kid: kid)
        }
    }

    private static func rs256(_ configuration: AuthConfiguration) async throws -> TokenSigner {
        guard let pem = configuration.privateKeyPEM else { throw AuthConfigurationError.missingPrivateKey }
        guard let key = try? _RSA.Signing.PrivateKey(pemRepresentation: pem),
            let numbers = try? key.publicKey.getKeyPrimitives()
        else { throw AuthConfigurationError.unreadablePrivateKey(algorithm: "RS256") }
        let jwk: JSONValue = ["e": digits(numbers.publicExponent), "kty": "RSA", "n": digits(numbers.modulus)]
        let (named, keyID) = named(jwk, algorithm: "RS256")
        return try await TokenSigner(keyID: keyID, publicKey: named) { keys, kid in
            await keys.add(rsa: try Insecure.RSA.PrivateKey(backing: key), digestAlgorithm: .sha256, kid: kid)
        }
    }

    private init(
        keyID: String, publicKey: JSONValue?, add: (JWTKeyCollection, JWKIdentifier) async throws -> Void
    ) async throws {
        let keys = JWTKeyCollection()
        try await add(keys, .init(string: keyID))
        algorithm = try await keys.getKey(for: .init(string: keyID))
        self.publicKey = publicKey
        verification = VerificationKey(algorithm, keyID: keyID)
        header = TokenParts.header(algorithm: algorithm.name, keyID: keyID)
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

    /// A key of P-256 that chance decides. Of all 32-byte numbers but one in 2^32 are keys of this curve.
    private static func drawnKey(_ chance: ChanceSource) -> P256.Signing.PrivateKey {
        while true {
            let bytes = chance.bytes(32, "token-private-key")
            if let key = try? P256.Signing.PrivateKey(rawRepresentation: bytes) { return key }
        }
    }

    private static func digits(_ bytes: some Collection<UInt8>) -> JSONValue {
        .string(String(decoding: Base64URL.encode(bytes), as: UTF8.self))
    }

    /// A JWK with its required members alone, named by its thumbprint (RFC 7638).
    private static func named(_ required: JSONValue, algorithm: String) -> (jwk: JSONValue, keyID: String) {
        let thumbprint = Base64URL.encode(Array(SHA256.hash(data: Array(required.text.utf8))))
        let keyID = String(decoding: thumbprint, as: UTF8.self)
        return (required.merging(["alg": .string(algorithm), "kid": .string(keyID), "use": "sig"]), keyID)
    }
}
