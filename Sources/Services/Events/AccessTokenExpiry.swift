// When an access token ends: read from the token itself, which `auth` has found valid before anybody asks here.

import Kernel
import NIOCore
import ServiceKit
import Wire

/// The end of an access token's life.
enum AccessTokenExpiry {
    /// The claim `exp` (RFC 7519 section 4.1.4) of a JWT; nil where there is none, or it is no JWT. Whether the token
    /// is signed is not looked at.
    static func read(_ token: String) -> Instant? {
        let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Base64URL.decode(parts[1]),
            let claims = try? JSONValue(json: ByteBuffer(bytes: payload)),
            let seconds = claims["exp"]?.double, seconds > 0, seconds < 9e9
        else { return nil }
        return Instant(nanoseconds: Int64(seconds * 1e9))
    }
}
