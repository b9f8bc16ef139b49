// Passwords as they are stored: PBKDF2 with HMAC-SHA-256 (RFC 8018 section 5.2), with salt and cost beside the hash.

import Crypto
import Foundation
import ServiceKit
import _CryptoExtras

/// A stored password: `pbkdf2_sha256$<rounds>$<salt>$<hash>`, salt and hash in base64url.
struct PasswordHash: Sendable, Equatable {
    /// The stored text.
    let text: String

    /// The hash that was stored as `text`.
    init(stored text: String) { self.text = text }

    /// The hash of a password, with a salt of its own.
    init(of password: String, salt: [UInt8], rounds: Int) throws {
        let hash = try Self.derive(password, salt, rounds)
        func digits(_ bytes: [UInt8]) -> String { String(decoding: Base64URL.encode(bytes), as: UTF8.self) }
        text = "pbkdf2_sha256$\(rounds)$\(digits(salt))$\(digits(hash))"
    }

    /// Whether this is the hash of `password`. Compares in constant time; a text of another form is no hash.
    func matches(_ password: String) throws -> Bool {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "pbkdf2_sha256", let rounds = Int(parts[1]), rounds > 0,
            let salt = Base64URL.decode(Array(parts[2].utf8)), let expected = Base64URL.decode(Array(parts[3].utf8))
        else { return false }
        return ConstantTime.areEqual(try Self.derive(password, salt, rounds), expected)
    }

    private static func derive(_ password: String, _ salt: [UInt8], _ rounds: Int) throws -> [UInt8] {
        // The checked form refuses fewer rounds than a production system should use.
        let key = try KDF.Insecure.PBKDF2.deriveKey(
            from: Array(password.utf8), salt: salt, using: .sha256, outputByteCount: 32, unsafeUncheckedRounds: rounds)
        return key.withUnsafeBytes { Array($0) }
    }
}
