// The cache service: the world's cache, served as Redis over the wire.

import Logging
public import ServiceKit
import StoreKit
public import Wire

/// The world's cache as a Redis server: RESP2, and RESP3 for clients that greet with HELLO 3.
///
/// Every connection is a session of the cache. Commands of one connection are performed in the order in which they
/// came; their replies leave together where they came together (pipelining).
public final class FakeCache: Service {
    public let name = "cache"

    private let context: ServiceContext
    private let limits: RESPRequestParser.Limits

    /// The service in its world.
    public init(context: ServiceContext, limits: RESPRequestParser.Limits = .init()) {
        self.context = context
        self.limits = limits
    }

    public var routes: ServiceRoutes { Self.sharedRoutes }

    /// It has none: it speaks no HTTP.
    public static let sharedRoutes = ServiceRoutes(of: FakeCache.self) { _ in }

    public var streams: (@Sendable (ByteStream) async -> Void)? {
        { [context, limits] stream in
            let connection = CacheConnection(stream)
            do {
                try await connection.serve(context.cache, limits: limits)
            } catch is CancellationError {
            } catch {
                context.log.warning("a connection of the cache ended early: \(error)")
            }
        }
    }
}
