// A PostgreSQL server of this process's own: made, started, and gone with the process.

import Fixtures
import Foundation
public import PostgresStore

/// A PostgreSQL cluster in a private folder, without durability.
public final class EphemeralPostgres: Sendable {
    /// The server, as worlds use it.
    public let server: PostgresServer
    /// The address for applications, where a port was asked for.
    public let url: String?
    private let supervisor: Supervisor

    /// Whether the programs are there; else why not.
    public static var missing: String? {
        do { _ = try programs() } catch { return "\(error)" }
        return nil
    }

    private static func programs() throws -> (initdb: String, postgres: String, prefix: [String]) {
        let install = "Docker-free-env/install --real, or: sudo apt-get install -y postgresql"
        let folders = Executable.postgresFolders
        // PostgreSQL refuses to run as root: then it runs as the user that its package has made, or as nobody.
        let prefix =
            getuid() == 0
            ? [
                try Executable.find("setpriv", install: "sudo apt-get install -y util-linux"), "--reuid", String(owner.user),
                "--regid", String(owner.group), "--clear-groups",
            ] : []
        return (
            try Executable.find("initdb", also: folders, install: install),
            try Executable.find("postgres", also: folders, install: install), prefix
        )
    }

    /// Whom the cluster belongs to where this process is root's.
    private static var owner: (user: uid_t, group: gid_t) {
        let entry = getpwnam("postgres") ?? getpwnam("nobody")
        return entry.map { ($0.pointee.pw_uid, $0.pointee.pw_gid) } ?? (65_534, 65_534)
    }

    /// Makes a cluster and starts it on a socket, and on a port of 127.0.0.1 if one is given. Takes about a second.
    /// Throws an `InputError`.
    public static func start(port: Int? = nil) async throws -> EphemeralPostgres {
        let (initdb, postgres, prefix) = try programs()
        let folder = try Executable.makeFolder()
        let data = folder.appending(path: "data").path
        do {
            if getuid() == 0, chown(folder.path, owner.user, owner.group) != 0 {
                throw InputError("\(folder.path) cannot be given to the user of PostgreSQL.")
            }
            try await Executable.run(
                prefix + [
                    initdb, "--pgdata", data, "--username", "backlot", "--auth", "trust", "--no-sync", "--locale", "C",
                    "--encoding", "UTF8",
                ], log: folder.appending(path: "initdb.log"))
        } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
        let number = port ?? 5432
        let settings = [
            "fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=16MB", "max_connections=200",
            "listen_addresses=\(port == nil ? "" : "127.0.0.1")", "port=\(number)", "unix_socket_directories=\(folder.path)",
            "autovacuum=off", "logging_collector=off", "log_min_messages=fatal",
        ]
        let supervisor = try Supervisor(
            "postgres", in: folder, stoppedBy: "QUIT",
            prefix + [postgres, "-D", data] + settings.flatMap { ["-c", $0] })
        let server = PostgresServer(
            "host=\(folder.path) port=\(number) user=backlot dbname=postgres connect_timeout=10", label: "own")
        try await supervisor.waitUntilReady {
            // The eighth line of the file says so; the socket is there before the server takes connections.
            let state = try? String(contentsOfFile: data + "/postmaster.pid", encoding: .utf8)
            return state?.split(separator: "\n").last?.hasPrefix("ready") ?? false
        }
        let url = port.map { "postgresql://backlot@127.0.0.1:\($0)/postgres" }
        return EphemeralPostgres(server, url, supervisor)
    }

    private init(_ server: PostgresServer, _ url: String?, _ supervisor: Supervisor) {
        (self.server, self.url, self.supervisor) = (server, url, supervisor)
    }

    /// Stops the server, and returns when nothing of it is left.
    public func stop() async { await supervisor.stop() }
}
