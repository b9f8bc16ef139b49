// The two files by which applications find the environment: names and values for a shell, and ports as JSON.

import Foundation
import Glibc
public import Wire

/// What `backlot up` tells other programs (cli.md: env file and ports file).
public struct EnvironmentFiles: Sendable {
    /// One server of the environment.
    public typealias Entry = (name: String, address: Address, url: String)

    private let addresses: [(service: String, address: Address)]
    private let servers: [Entry]

    /// The files of an environment whose services listen at these addresses, with real servers where there are some.
    public init(_ addresses: [(service: String, address: Address)], servers: [Entry] = []) {
        self.addresses = addresses
        self.servers = servers
    }

    /// All servers by name, the services before the real ones.
    public var entries: [Entry] {
        addresses.map { (name: $0.service, address: $0.address, url: url($0.service, $0.address)) } + servers
    }

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
            "cache": "REDIS", "redis": "REDIS", "postgres": "POSTGRES",
        ]
        // A real Redis takes the names of the cache.
        let shown = entries.filter { entry in entry.name != "cache" || !servers.contains { $0.name == "redis" } }
        return shown.flatMap { service, address, url -> [(name: String, value: String)] in
            guard let name = names[service] else { return [] }
            let own = [
                (service == "postgres" ? "DATABASE_URL" : "\(name)_URL", url), ("\(name)_HOST", address.host),
                ("\(name)_PORT", "\(address.port)"),
            ]
            let model = [("OPENAI_BASE_URL", "http://\(address)/v1"), ("OPENAI_API_KEY", "backlot")]
            return service == "llm" ? own + model : own
        }
    }

    /// One JSON object: service name to `{"host", "port", "url"}`.
    public var ports: String {
        let members = entries.map { name, address, url in
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
