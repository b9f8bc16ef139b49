// Files that are written whole or not at all.

import Fixtures
import Foundation
import Runner

/// Writes reports to files.
enum OutputFile {
    /// Makes a folder for files, with those above it, unless it is there. Throws an `InputError` that says why not.
    static func makeFolder(_ path: String, at place: Place) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw InputError("The folder \(path) cannot be made: \(error.localizedDescription)", at: place)
        }
    }

    /// Puts a text into a file, which appears complete or not at all. Throws an `InputError` that says why not.
    static func write(_ text: String, to path: String) throws {
        do { try EnvironmentFiles.write(text, to: path) } catch { throw InputError("\(error)") }
    }
}
