// Base64 with padding (RFC 4648 section 4), as HTTP's Basic authentication writes it.

import Foundation

/// Reads base64.
enum Base64 {
    /// The bytes of a text; nil where it is none.
    static func decode(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map(Array.init) }
}
