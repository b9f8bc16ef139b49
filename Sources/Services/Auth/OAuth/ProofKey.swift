// Proof keys for code exchange: who redeems a code shows that he asked for it (RFC 7636). S256 alone.

import Crypto
import ServiceKit
import Wire

/// Verifiers and challenges.
enum ProofKey {
    /// The challenge of a verifier by S256.
    static func challenge(of verifier: String) -> String {
        String(decoding: Base64URL.encode(Array(SHA256.hash(data: Array(verifier.utf8)))), as: UTF8.self)
    }

    /// Whether a text may be a challenge by S256: 32 bytes in base64url.
    static func isChallenge(_ text: String) -> Bool { Base64URL.decode(Array(text.utf8))?.count == 32 }

    /// Whether a text may be a verifier: 43 to 128 unreserved characters (section 4.1).
    static func isVerifier(_ text: String) -> Bool {
        text.isASCIIName(of: 43...128, marks: "-._~")
    }

    /// What is wrong with a verifier for a challenge; nil where nothing is. A verifier without a challenge is refused
    /// too: somebody may have cut the challenge from the request (RFC 9700 section 4.8.2).
    static func problem(verifier: String?, challenge: String?) -> String? {
        switch (verifier, challenge) {
        case (nil, nil): nil
        case (_, nil): "code_verifier was sent, but the authorization request had no code_challenge"
        case (nil, _): "code_verifier is missing"
        case (let verifier?, let challenge?):
            isVerifier(verifier) && ConstantTime.areEqual(Self.challenge(of: verifier), challenge)
                ? nil : "code_verifier does not fit the code_challenge"
        }
    }
}
