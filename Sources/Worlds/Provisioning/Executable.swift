// Programs of real servers: where they are, and folders for what they write.

import Fixtures
import Foundation

/// A program of the system.
enum Executable {
    /// Finds a program on the PATH and in some other folders. Throws an `InputError` that says what to install.
    static func find(_ name: String, also folders: [String] = [], install: String) throws -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let homebrew = ["/opt/homebrew/bin", "/usr/local/bin"]
        for folder in path.split(separator: ":").map(String.init) + folders + homebrew {
            let candidate = folder + "/" + name
            if access(candidate, X_OK) == 0 { return candidate }
        }
        throw InputError("\(name) is not installed. Install it: \(install)")
    }

    /// The newest of PostgreSQL's folders of programs.
    static var postgresFolders: [String] {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let newest = versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "\(root)/\($0)/bin" }
        return newest + ["/opt/homebrew/opt/postgresql@16/bin", "/opt/homebrew/opt/postgresql/bin", "/usr/local/pgsql/bin"]
    }

    /// A new folder that only its owner may enter. Short, since the path of a socket in it has a limit of about 100 bytes.
    static func makeFolder() throws -> URL {
        var template = Array("/tmp/backlot-XXXXXX".utf8.map { CChar(bitPattern: $0) }) + [0]
        guard mkdtemp(&template) != nil else {
            throw InputError("No folder could be made in /tmp: \(String(cString: strerror(errno)))")
        }
        return URL(fileURLWithPath: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// Runs a program to its end, with its output in a file. Throws an `InputError` with the end of it where it fails.
    static func run(_ command: [String], log: URL) async throws {
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        // A file and no pipe: whoever inherits the end of a pipe keeps its reader waiting.
        let output = try FileHandle(forWritingTo: log)
        (process.standardOutput, process.standardError) = (output, output)
        process.standardInput = FileHandle.nullDevice
        let (ends, continuation) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = {
            continuation.yield($0.terminationStatus)
            continuation.finish()
        }
        do { try process.run() } catch { throw InputError("\(command[0]) cannot be started: \(error)") }
        for await status in ends where status != 0 {
            let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
            let lines = text.split(separator: "\n").suffix(5).joined(separator: "; ")
            throw InputError("\(command[0]) failed with \(status): \(lines)")
        }
    }

    /// A port of 127.0.0.1 that nobody uses now. Throws an `InputError` where there is none.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard descriptor >= 0, isBound else { throw InputError("No free port was found on 127.0.0.1.") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
