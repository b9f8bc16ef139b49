// A Redis server of this process's own: started when asked for, gone with the process.

import Fixtures
import Foundation
public import RedisStore

/// A Redis server in a private folder, without persistence.
public final class EphemeralRedis: Sendable {
    /// How many databases it has, of which each world gets sixteen.
    private static let databases = 4096

    /// The server, as worlds use it.
    public let server: RedisServer
    /// The port on 127.0.0.1, where one was asked for.
    public let port: Int?
    private let supervisor: Supervisor

    /// Whether the program is there; else why not.
    public static var missing: String? {
        do { _ = try program() } catch { return "\(error)" }
        return nil
    }

    private static func program() throws -> String {
        try Executable.find(
            "redis-server", install: "Docker-free-env/install --real, or: sudo apt-get install -y redis-server")
    }

    /// Starts a server on a socket, and on a port of 127.0.0.1 if one is given. Throws an `InputError`.
    public static func start(port: Int? = nil) async throws -> EphemeralRedis {
        let program = try program()
        let folder = try Executable.makeFolder()
        let socket = folder.appending(path: "redis.sock").path
        let listening = port.map { ["--port", String($0), "--bind", "127.0.0.1"] } ?? ["--port", "0"]
        let supervisor = try Supervisor(
            "redis", in: folder, stoppedBy: "KILL",
            [program] + listening + [
                "--unixsocket", socket, "--unixsocketperm", "700", "--dir", folder.path, "--save", "", "--appendonly", "no",
                "--databases", String(databases), "--daemonize", "no", "--protected-mode", "yes", "--loglevel", "warning",
            ])
        try await supervisor.waitUntilReady { access(socket, F_OK) == 0 }
        let server = RedisServer(RedisAddress(.socket(socket)), databases: databases, blockSize: 16)
        return EphemeralRedis(server, port, supervisor)
    }

    private init(_ server: RedisServer, _ port: Int?, _ supervisor: Supervisor) {
        (self.server, self.port, self.supervisor) = (server, port, supervisor)
    }

    /// Stops the server, and returns when nothing of it is left.
    public func stop() async { await supervisor.stop() }
}
