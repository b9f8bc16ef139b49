// Files that are written whole or not at all.

import Fixtures
import Foundation
import Runner

/// Writes reports to files.
enum OutputFile {
    /// Puts a text into a file, which appears complete or not at all. Throws an `InputError` that says why not.
    static func write(_ text: String, to path: String) throws {
        do { try EnvironmentFiles.write(text, to: path) } catch { throw InputError("\(error)") }
    }
}
