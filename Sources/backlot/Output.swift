// Standard output, unbuffered: a line is seen when it is written.

import Foundation

/// Writes to standard output.
enum Output {
    /// Puts a text out as it is.
    static let write: @Sendable (String) -> Void = { text in FileHandle.standardOutput.write(Data(text.utf8)) }
}
