// Text from bytes that must be UTF-8: refused where they are not, instead of repaired.

import Glibc

extension String {
    /// The text of UTF-8 bytes; nil where they are none. O(n).
    ///
    /// The standard library's own check (`init(validating:as:)`) is generic code that costs several times as much for
    /// the short texts of which messages are made.
    init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        self.init(decoding: bytes, as: UTF8.self)
        // What was not UTF-8 has been replaced by U+FFFD: then these are other bytes.
        let isWhole = withUTF8 { text in
            text.count == bytes.count && (bytes.isEmpty || memcmp(text.baseAddress!, bytes.baseAddress!, bytes.count) == 0)
        }
        guard isWhole else { return nil }
    }
}
