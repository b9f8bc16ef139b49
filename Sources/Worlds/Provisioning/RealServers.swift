// The real servers of one command: started or found, and stopped with it.

import Fixtures
import Foundation
import PostgresStore
import RedisStore

/// Real servers, ready for worlds.
public struct RealServers: Sendable {
    /// Which servers there can be.
    public enum Kind: String, Sendable, CaseIterable {
        case postgres
        case redis
    }

    /// One server as applications find it.
    public struct Place: Sendable {
        /// `postgres` or `redis`.
        public let name: String
        public let host: String
        public let port: Int
        public let url: String
    }

    private var relational: RelationalSource?
    private var cache: CacheSource?
    /// Where applications find them; empty where they are for worlds alone.
    public private(set) var places: [Place] = []
    private var postgres: EphemeralPostgres?
    private var redis: EphemeralRedis?

    /// No servers.
    public init() {}

    /// Makes servers ready: those with an address are used where they are, the others started. For applications
    /// (`isServed`) they listen on a port, and worlds use the tables and keys that applications see. Throws an
    /// `InputError`; nothing is left then.
    public static func start(_ wanted: [(kind: Kind, url: String?)], isServed: Bool) async throws -> RealServers {
        var servers = RealServers()
        do {
            for (kind, url) in wanted {
                switch kind {
                case .postgres: try await servers.addPostgres(url, isServed)
                case .redis: try await servers.addRedis(url, isServed)
                }
            }
        } catch {
            await servers.stop()
            throw error
        }
        return servers
    }

    /// The blueprint with the stores of its worlds on these servers.
    public func applied(to blueprint: Blueprint) -> Blueprint {
        var blueprint = blueprint
        if let relational { blueprint.relational = relational }
        if let cache { blueprint.cache = cache }
        return blueprint
    }

    /// Stops the servers that were started, and returns when nothing of them is left.
    public func stop() async {
        await postgres?.stop()
        await redis?.stop()
    }

    private mutating func addPostgres(_ url: String?, _ isServed: Bool) async throws {
        if let url {
            guard let parts = URLComponents(string: url), ["postgresql", "postgres"].contains(parts.scheme) else {
                throw InputError(
                    "'\(url)' is no address of a PostgreSQL server. Write postgresql://user:password@host:port/database.")
            }
            let server = PostgresServer(url, label: "p\(getpid())")
            try await server.check()
            relational = .postgres(server, isShared: isServed)
            if isServed {
                let host = parts.host.flatMap { $0.isEmpty ? nil : $0 } ?? "127.0.0.1"
                places.append(Place(name: "postgres", host: host, port: parts.port ?? 5432, url: url))
            }
            return
        }
        let port = isServed ? try Executable.freePort() : nil
        let started = try await EphemeralPostgres.start(port: port)
        postgres = started
        relational = .postgres(started.server, isShared: isServed)
        if let port, let url = started.url {
            places.append(Place(name: "postgres", host: "127.0.0.1", port: port, url: url))
        }
    }

    private mutating func addRedis(_ url: String?, _ isServed: Bool) async throws {
        if let url {
            let address = try RedisAddress(url: url)
            let server = try await RedisServer.connect(to: address)
            cache = .redis(server, isShared: isServed)
            if isServed, case .host(let host, let port) = address.place {
                places.append(Place(name: "redis", host: host, port: port, url: url))
            }
            return
        }
        let port = isServed ? try Executable.freePort() : nil
        let started = try await EphemeralRedis.start(port: port)
        redis = started
        cache = .redis(started.server, isShared: isServed)
        if let port { places.append(Place(name: "redis", host: "127.0.0.1", port: port, url: "redis://127.0.0.1:\(port)/0")) }
    }
}
