// A key that checks signatures of tokens in the compact form (RFC 7515 section 3.1), and the reading of a JWKS.

public import JWTKit
import NIOCore
public import Wire

/// One key with its name: tells the tokens that were signed with it from all others.
public struct VerificationKey: Sendable {
    /// The key's name in headers and in the JWKS.
    public let keyID: String
    /// The name of its algorithm: `EdDSA`.
    public var algorithmName: String { algorithm.name }

    private let algorithm: any JWTAlgorithm
    private let header: [UInt8]

    /// The key of an algorithm.
    public init(_ algorithm: any JWTAlgorithm, keyID: String) {
        self.algorithm = algorithm
        self.keyID = keyID
        header = TokenParts.header(algorithm: algorithm.name, keyID: keyID)
    }

    /// The claims of a token whose header and signature are right; nil for any other. Looks at no claim.
    public func claims(of token: String) -> JSONValue? {
        guard let parts = TokenParts(token), parts.header.elementsEqual(header) || accepts(parts.fields),
            let signature = Base64URL.decode(parts.signature), let payload = parts.claims
        else { return nil }
        // A signature of another length is an error to some algorithms and a wrong signature to others.
        guard (try? algorithm.verify(signature, signs: Array(parts.signed))) == true else { return nil }
        return payload
    }

    /// Whether a header that is not this key's own names its algorithm, and its key or none. What a header declares
    /// critical is not understood here, so such a token is refused (RFC 7515 section 4.1.11).
    private func accepts(_ fields: JSONValue?) -> Bool {
        guard let fields else { return false }
        return fields["alg"]?.string == algorithm.name && fields["crit"] == nil
            && (fields["kid"] == nil || fields["kid"]?.string == keyID)
    }

    /// The usable keys of a JWKS (RFC 7517 section 5): those for signatures, with a name, of an algorithm that is known
    /// here. The others are passed over, as its last paragraph asks.
    public static func keys(ofJWKS jwks: JSONValue) async -> [VerificationKey] {
        var keys: [VerificationKey] = []
        for jwk in jwks["keys"]?.array ?? [] {
            guard let keyID = jwk["kid"]?.string, jwk["use"] == nil || jwk["use"]?.string == "sig",
                let key = try? JWK(json: jwk.text)
            else { continue }
            let collection = JWTKeyCollection()
            guard (try? await collection.add(jwk: key)) != nil,
                let algorithm = try? await collection.getKey(for: .init(string: keyID))
            else { continue }
            keys.append(VerificationKey(algorithm, keyID: keyID))
        }
        return keys
    }
}

/// A token in the compact form, taken apart and not checked.
public struct TokenParts {
    let header: ArraySlice<UInt8>
    let signature: ArraySlice<UInt8>
    /// What the signature signs.
    let signed: ArraySlice<UInt8>
    private let payload: ArraySlice<UInt8>

    /// The three parts of a token; nil for a text with more or fewer.
    public init?(_ token: String) {
        let bytes = Array(token.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        (header, payload, signature) = (parts[0], parts[1], parts[2])
        signed = bytes[..<parts[1].endIndex]
    }

    /// The header's fields; nil where they cannot be read.
    public var fields: JSONValue? { Self.object(header) }

    /// The claims, whoever wrote them; nil where they cannot be read.
    public var claims: JSONValue? { Self.object(payload) }

    /// The header of the tokens of a key, in base64url.
    public static func header(algorithm: String, keyID: String) -> [UInt8] {
        let header: JSONValue = ["alg": .string(algorithm), "kid": .string(keyID), "typ": "JWT"]
        return Base64URL.encode(header.text.utf8)
    }

    private static func object(_ part: ArraySlice<UInt8>) -> JSONValue? {
        guard let bytes = Base64URL.decode(part), let value = try? JSONValue(json: ByteBuffer(bytes: bytes)),
            value.object != nil
        else { return nil }
        return value
    }
}
