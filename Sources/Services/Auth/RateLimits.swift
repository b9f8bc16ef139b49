// How often something may be tried: windows of a fixed length, counted in the cache.

import HTTPTypes
import Kernel
import ServiceKit
import StoreKit

/// So many attempts in so long a window.
public struct RateLimit: Sendable, Hashable {
    /// How many attempts a window allows.
    public var count: Int
    /// How long a window is; it begins with its first attempt.
    public var window: Duration

    /// A limit from its parts.
    public init(count: Int, window: Duration) {
        self.count = count
        self.window = window
    }

    /// Counts one attempt of `subject` at `endpoint`. Throws ``ServiceKit/ServiceError`` 429 with `Retry-After` where
    /// the window has no room left.
    func take(_ subject: String, _ endpoint: String, detail: String, in cache: any CacheStore) async throws {
        let key = "rate_limit:\(subject):\(endpoint)"
        // Set with its expiry before it is counted, so that no window lasts for ever.
        _ = try await cache.setIfAbsent(key, "0", expiry: window)
        guard try await cache.increment(key, by: 1) > count else { return }
        let left = try await cache.timeToLive(key) ?? window
        throw ServiceError(.tooManyRequests, detail, headers: [.retryAfter: Self.seconds(left)])
    }

    /// A duration in whole seconds, at least as long.
    static func seconds(_ duration: Duration) -> String { "\(Int64((duration.milliseconds / 1000).rounded(.up)))" }
}
