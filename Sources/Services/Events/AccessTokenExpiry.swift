// When an access token ends: read from the token itself, which `auth` has found valid before anybody asks here.

import Foundation
import Kernel
import Wire

/// Base64 with the URL-safe alphabet and without padding (RFC 4648 section 5, RFC 7515 section 2).
enum Base64URL {
    /// The bytes that a text stands for; nil where it is not base64url.
    static func decode(_ text: String) -> Data? {
        var plain = text.replacing("-", with: "+").replacing("_", with: "/")
        while plain.utf8.count % 4 != 0 { plain.append("=") }
        return Data(base64Encoded: plain)
    }
}

/// The end of an access token's life.
enum AccessTokenExpiry {
    /// The claim `exp` (RFC 7519 section 4.1.4) of a JWT; nil where there is none, or it is no JWT. Whether the token
    /// is signed is not looked at.
    static func read(_ token: String) -> Instant? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Base64URL.decode(String(parts[1])),
            let claims = try? JSONValue(json: String(decoding: payload, as: UTF8.self)),
            let seconds = claims["exp"]?.double, seconds > 0, seconds < 9e9
        else { return nil }
        return Instant(nanoseconds: Int64(seconds * 1e9))
    }
}
