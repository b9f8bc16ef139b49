// The two files by which applications find the environment: names and values for a shell, and ports as JSON.

import Foundation
import Glibc
import Wire
public import Worlds

/// What `backlot up` tells other programs (cli.md: env file and ports file).
public struct EnvironmentFiles: Sendable {
    private let table: EnvironmentTable

    /// The files of an environment.
    public init(_ table: EnvironmentTable) { self.table = table }

    /// All servers by name, the services before the real ones.
    public var entries: [EnvironmentTable.Entry] { table.entries }

    /// `NAME=value` lines that a POSIX shell can source.
    public var environment: String { table.variables.map { "\($0.name)=\($0.value)\n" }.joined() }

    /// The same for a process's environment.
    public var variables: [String: String] {
        Dictionary(table.variables.map { ($0.name, $0.value) }) { _, last in last }
    }

    /// One JSON object: service name to `{"host", "port", "url"}`.
    public var ports: String {
        let members = table.entries.map { name, address, url in
            let entry: JSONValue = [
                "host": .string(address.host), "port": .integer(Int64(address.port)), "url": .string(url),
            ]
            return (name, entry)
        }
        return JSONValue.object(JSONObject(members)).text + "\n"
    }

    /// Writes a file so that it appears complete or not at all, readable by its owner only.
    public static func write(_ text: String, to path: String) throws {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
        let name = ".\(URL(fileURLWithPath: path).lastPathComponent).\(getpid())"
        let temporary = directory.appending(path: name).path
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard FileManager.default.createFile(atPath: temporary, contents: Data(text.utf8), attributes: attributes),
            rename(temporary, path) == 0
        else {
            let reason = String(cString: strerror(errno))
            unlink(temporary)
            throw FileError(path: path, reason: reason)
        }
    }

    /// A file that could not be written.
    struct FileError: Error, CustomStringConvertible {
        let path: String
        let reason: String
        var description: String { "\(path) cannot be written: \(reason). Does its folder exist, and may you write there?" }
    }
}
