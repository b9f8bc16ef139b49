// S3.2: the cache keeps what it is given for as long as it is told, and holds the sessions of users.

import Clients
import Kernel
import StoreKit
import Wire
import Worlds

enum CacheSessions {
    static let suiteCase = SuiteCase(
        "staging/cache",
        "The cache keeps values until their time is over, counts without loss, and holds a session while it lasts",
        layer: .services, covers: ["S3.2"], catches: ["cache-ttl-ignored", "cache-stale-read", "cache-keys-shared"]
    ) { stage in
        let users = stage.users
        await stage.everyUser { try await walk($0) }
        await stage.journey("operator") { journey in
            let count = try await journey.take("read the counter") { try await journey.world.cache.get("suite:counter") }
            journey.expect(count, "\(users.count * 5)", "the counter that all have added to")
        }
    }

    private static func walk(_ journey: Journey) async throws {
        let cache = journey.world.cache
        let key = "suite:\(journey.user)"
        try await journey.take("keep a value for a while") {
            try await cache.set(key, "first", expiry: .milliseconds(300))
            journey.expect(try await cache.get(key), "first", "the value at once")
            try await cache.set(key, "second", expiry: .milliseconds(300))
            journey.expect(try await cache.get(key), "second", "the value that replaced it")
            try await journey.clock.sleep(for: .milliseconds(400))
            journey.expect(try await cache.get(key), nil, "the value after its time")
        }
        try await journey.take("delete a value") {
            try await cache.set(key, "third", expiry: nil)
            _ = try await cache.get(key)
            journey.check(try await cache.delete(key), "the key was not there to be deleted")
            journey.expect(try await cache.get(key), nil, "the value after it was deleted")
        }
        try await journey.take("count") { for _ in 1...5 { try await cache.increment("suite:counter", by: 1) } }
        let login = try await journey.logIn()
        let sessions = try await journey.take("list the sessions") { try await journey.client.auth.sessions(login.accessToken) }
        for session in sessions {
            journey.check(try await cache.get("session:\(session.id)") != nil, "the cache does not hold session \(session.id)")
        }
        journey.check(!sessions.isEmpty, "the user has no session")
        try await journey.take("log out") { try await journey.client.auth.logout(login.accessToken) }
        if let current = sessions.first(where: \.isCurrent) {
            journey.expect(try await cache.get("session:\(current.id)"), nil, "the session in the cache after the log-out")
        }
    }
}
