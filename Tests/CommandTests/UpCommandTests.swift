// `backlot up`: ready means ready, files come whole and go, and a port that is taken is said to be.

import Foundation
import HTTPTypes
import LoopbackTransport
import NIOCore
import Testing
import Wire

/// Asks a server once, over a connection of its own.
private func get(_ path: String, at address: Address) async throws -> Reply {
    let transport = LoopbackTransport()
    let result: Result<Reply, any Error>
    do {
        let connection = HTTPClientConnection(service: address.description)
        _ = try await transport.connect(to: address, as: "probe") { connection.configure($0) }
        result = .success(try await connection.send(.get(path)).collected())
        connection.close()
    } catch { result = .failure(error) }
    try await transport.shutDown()
    return try result.get()
}

@Suite(.timeLimit(.minutes(2)), .serialized) struct UpCommandTests {
    @Test(arguments: [SIGINT, SIGTERM]) func filesComeWholeAndGo(signal: Int32) async throws {
        try await Command.withFolder { folder in
            let (env, ports) = (folder.appending(path: "backlot.env"), folder.appending(path: "ports.json"))
            let environment = try await RunningEnvironment(["--env-file", env.path, "--ports-file", ports.path])
            #expect(environment.table.last == "ready; stop with Ctrl-C")
            #expect(environment.table.count == 7)
            for file in [env, ports] {
                let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? NSNumber
                #expect(mode?.intValue == 0o600, "\(file.lastPathComponent)")
            }
            // Nothing but the files: what they were written to first is gone.
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["backlot.env", "ports.json"])
            let entries = try JSONValue(json: try String(contentsOf: ports, encoding: .utf8))
            #expect(entries.object?.keys == ["agent", "analytics", "auth", "cache", "events", "llm"])
            let text = try String(contentsOf: env, encoding: .utf8)
            for (name, service) in [
                ("AUTH_SERVICE_URL", "auth"), ("BACKEND_URL", "agent"), ("WEBSOCKET_URL", "events"),
                ("CLICKHOUSE_URL", "analytics"), ("REDIS_URL", "cache"),
            ] {
                let url = try #require(entries[service]?["url"]?.string)
                #expect(text.contains("\(name)=\(url)\n"))
                #expect(environment.table.contains { $0.hasPrefix(service) && $0.hasSuffix(" \(url)") })
            }
            let (status, took) = await environment.stop(signal)
            #expect(status == 0)
            #expect(took < .seconds(20), "it hangs: \(took)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        }
    }

    @Test func theServicesAnswer() async throws {
        try await Command.withFolder { folder in
            let ports = folder.appending(path: "ports.json")
            let environment = try await RunningEnvironment(["--ports-file", ports.path])
            let entries = try JSONValue(json: try String(contentsOf: ports, encoding: .utf8))
            for (service, path) in [
                ("auth", "/health"), ("agent", "/health"), ("events", "/health"), ("llm", "/health"), ("analytics", "/ping"),
            ] {
                let port = try #require(entries[service]?["port"]?.integer)
                let reply = try await get(path, at: Address(host: "127.0.0.1", port: port))
                #expect(reply.status == .ok, "\(service)")
                #expect(reply.body.readableBytes > 0)
                let missing = try await get("/no/such/path", at: Address(host: "127.0.0.1", port: port))
                #expect(missing.status.code >= 400, "\(service)")
            }
            #expect(await environment.stop(SIGTERM).status == 0)
            let port = try #require(entries["auth"]?["port"]?.integer)
            await #expect(throws: TransportError.refused(Address(host: "127.0.0.1", port: port))) {
                _ = try await get("/health", at: Address(host: "127.0.0.1", port: port))
            }
        }
    }

    @Test func aShellCanSourceTheFile() async throws {
        try await Command.withFolder { folder in
            let env = folder.appending(path: "backlot.env")
            let environment = try await RunningEnvironment(["--env-file", env.path])
            let sourced = try await Command.shell(
                "set -eu; set -a; . '\(env.path)'; echo \"$AUTH_SERVICE_HOST $OPENAI_BASE_URL\"")
            #expect(sourced.status == 0)
            #expect(sourced.output.hasPrefix("127.0.0.1 http://127.0.0.1:"), "\(sourced.output)")
            #expect(await environment.stop(SIGINT).status == 0)
        }
    }

    @Test func theControlAPIIsServedWhereItIsAskedFor() async throws {
        try await Command.withFolder { folder in
            let (env, ports) = (folder.appending(path: "backlot.env"), folder.appending(path: "ports.json"))
            let environment = try await RunningEnvironment(
                ["--toxiproxy-port", "0", "--env-file", env.path, "--ports-file", ports.path])
            let entries = try JSONValue(json: try String(contentsOf: ports, encoding: .utf8))
            let port = try #require(entries["toxiproxy"]?["port"]?.integer)
            let address = Address(host: "127.0.0.1", port: port)
            #expect(environment.table.contains("toxiproxy  http://\(address)"))
            #expect(try String(contentsOf: env, encoding: .utf8).contains("TOXIPROXY_URL=http://\(address)\n"))
            #expect(try await get("/proxies", at: address).text == "{}")
            // Who wants the port too is told that it is taken, and nothing else of it is left.
            let second = try await Command.run("up", "--toxiproxy-port", "\(port)")
            #expect(second.status == 2 && second.output == "")
            #expect(second.errorLines.count == 1 && second.error.contains("\(address) is in use"), "\(second.error)")
            #expect(await environment.stop(SIGTERM).status == 0)
            await #expect(throws: TransportError.refused(address)) { _ = try await get("/proxies", at: address) }
        }
    }

    @Test func aPortThatIsTakenIsSaidToBe() async throws {
        try await Command.withFolder { folder in
            let transport = LoopbackTransport()
            let listener = try await transport.listen(on: Address(host: "127.0.0.1", port: 0)) {
                $0.eventLoop.makeSucceededVoidFuture()
            }
            let env = folder.appending(path: "backlot.env")
            let result = try await Command.run("up", "--port-base", "\(listener.address.port)", "--env-file", env.path)
            #expect(result.status == 2)
            #expect(result.output == "", "nothing is ready, so no table is shown")
            #expect(result.errorLines.count == 1, "\(result.error)")
            #expect(result.error.contains("\(listener.address) is in use"), "\(result.error)")
            #expect(!FileManager.default.fileExists(atPath: env.path))
            try await transport.shutDown()
        }
    }

    @Test func aFileThatCannotBeWrittenStopsIt() async throws {
        let result = try await Command.run("up", "--env-file", "/nonexistent/folder/backlot.env")
        #expect(result.status == 2)
        #expect(result.output == "")
        #expect(result.errorLines.count == 1, "\(result.error)")
        #expect(result.error.contains("/nonexistent/folder/backlot.env cannot be written"), "\(result.error)")
    }
}
