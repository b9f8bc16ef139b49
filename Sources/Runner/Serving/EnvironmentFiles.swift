// The two files by which applications find the environment: names and values for a shell, and ports as JSON.

import Foundation
import Glibc
public import Wire

/// What `backlot up` tells other programs (cli.md: env file and ports file).
public struct EnvironmentFiles: Sendable {
    private let addresses: [(service: String, address: Address)]

    /// The files of an environment whose services listen at these addresses.
    public init(_ addresses: [(service: String, address: Address)]) { self.addresses = addresses }

    /// Where a service is reached: `ws` for the events, `redis` for the cache, `http` for the others.
    public func url(_ service: String, _ address: Address) -> String {
        switch service {
        case "events": "ws://\(address)/ws"
        case "cache": "redis://\(address)/0"
        default: "http://\(address)"
        }
    }

    /// `NAME=value` lines that a POSIX shell can source.
    public var environment: String { pairs.map { "\($0.name)=\($0.value)\n" }.joined() }

    /// The same for a process's environment.
    public var variables: [String: String] { Dictionary(pairs.map { ($0.name, $0.value) }) { _, last in last } }

    private var pairs: [(name: String, value: String)] {
        let names = [
            "auth": "AUTH_SERVICE", "agent": "BACKEND", "events": "WEBSOCKET", "llm": "LLM", "analytics": "CLICKHOUSE",
            "cache": "REDIS",
        ]
        return addresses.flatMap { service, address -> [(name: String, value: String)] in
            guard let name = names[service] else { return [] }
            let own = [
                ("\(name)_URL", url(service, address)), ("\(name)_HOST", address.host), ("\(name)_PORT", "\(address.port)"),
            ]
            let model = [("OPENAI_BASE_URL", "http://\(address)/v1"), ("OPENAI_API_KEY", "backlot")]
            return service == "llm" ? own + model : own
        }
    }

    /// One JSON object: service name to `{"host", "port", "url"}`.
    public var ports: String {
        let members = addresses.map { service, address in
            let entry: JSONValue = [
                "host": .string(address.host), "port": .integer(Int64(address.port)), "url": .string(url(service, address)),
            ]
            return (service, entry)
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
