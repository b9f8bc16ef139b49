// Where a Redis server is: a socket's path, or a host and port, as `redis://` addresses write them.

import Fixtures
import Foundation

/// The address of a Redis server.
public struct RedisAddress: Sendable, Hashable {
    /// How it is reached.
    public enum Place: Sendable, Hashable {
        /// A Unix socket's path.
        case socket(String)
        case host(String, port: Int)
    }

    /// How it is reached.
    public let place: Place
    /// The user and password, where it asks for them.
    public let user: String?
    public let password: String?
    /// The database.
    public let database: Int

    /// An address of its parts.
    public init(_ place: Place, user: String? = nil, password: String? = nil, database: Int = 0) {
        (self.place, self.user, self.password, self.database) = (place, user, password, database)
    }

    /// Reads `redis://[user[:password]@]host[:port][/database]` and `unix:///path`. Throws an `InputError`.
    public init(url: String) throws {
        guard let parts = URLComponents(string: url), ["redis", "unix"].contains(parts.scheme) else {
            throw InputError("'\(url)' is no address of a Redis server. Write redis://[user:password@]host[:port][/database].")
        }
        let (user, password) = (parts.user.flatMap { $0.isEmpty ? nil : $0 }, parts.password)
        if parts.scheme == "unix" {
            self.init(.socket(parts.path), user: user, password: password)
            return
        }
        let path = parts.path.drop { $0 == "/" }
        guard let database = path.isEmpty ? 0 : Int(path), database >= 0 else {
            throw InputError("'\(path)' in '\(url)' is no number of a database. Write redis://host:port/0.")
        }
        let host = parts.host.flatMap { $0.isEmpty ? nil : $0 } ?? "127.0.0.1"
        self.init(.host(host, port: parts.port ?? 6379), user: user, password: password, database: database)
    }
}
