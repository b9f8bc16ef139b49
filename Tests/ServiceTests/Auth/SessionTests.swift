// Sessions: families of tokens, kept in the cache, so that restarts and replicas know them.

import AuthService
import Clients
import HTTPTypes
import Kernel
import MemoryCache
import ServiceKit
import StoreKit
import Testing
import Wire

@Suite struct SessionTests {
    @Test func aReusedRefreshTokenRevokesItsFamilyAndNoOther() async throws {
        try await AuthRig.run { _, auth in
            let first = try await auth.register(email: "a@b.org", password: "word", name: "")
            let other = try await auth.login(email: "a@b.org", password: "word")
            let second = try await auth.refresh(first.refreshToken)
            let third = try await auth.refresh(second.refreshToken)
            #expect(try await status { try await auth.refresh(first.refreshToken) } == 401)
            for token in [first, second, third].map(\.accessToken) { #expect(try await auth.verify(token).isValid == false) }
            #expect(try await status { try await auth.refresh(third.refreshToken) } == 401)
            #expect(try await auth.verify(other.accessToken).isValid)
            _ = try await auth.refresh(other.refreshToken)
        }
    }

    @Test func surviveARestartAndAreSharedByReplicas() async throws {
        try await AuthRig.run { rig, auth in
            let tokens = try await auth.register(email: "a@b.org", password: "word", name: "")
            let replica = AuthClient(try await rig.replica().caller)
            #expect(try await replica.me(tokens.accessToken).email == "a@b.org")
            let next = try await replica.refresh(tokens.refreshToken)
            // What one revokes is revoked for the other.
            #expect(try await status { try await auth.refresh(tokens.refreshToken) } == 401)
            #expect(try await replica.verify(next.accessToken).isValid == false)
            let again = try await replica.login(email: "a@b.org", password: "word")
            try await auth.logout(again.accessToken)
            #expect(try await replica.verify(again.accessToken).isValid == false)
        }
    }

    @Test func standInTheCacheUnderTheContractsKeys() async throws {
        try await AuthRig.run { rig, auth in
            let tokens = try await auth.register(email: "a@b.org", password: "word", name: "")
            let user = try #require(tokens.user?.id)
            let session = try #require(try await auth.sessions(tokens.accessToken).first?.id)
            let record = try JSONValue(json: #require(try await rig.cache.get("session:" + session)))
            #expect(record["user_id"] == .string(user))
            #expect(record["user_data"]?["email"] == "a@b.org")
            #expect(try await rig.cache.members("user_sessions:" + user) == [session])
            try await auth.logout(tokens.accessToken)
            let keys = try await rig.cache.keys()
            #expect(!keys.contains { $0.hasPrefix("session:") || $0.hasPrefix("user_sessions:") }, "\(keys)")
            #expect(keys.contains { $0.hasPrefix("auth:blacklist:tokens:jti_") })
        }
    }

    @Test func areListedWithTheirTimes() async throws {
        try await AuthRig.run { _, auth in
            let first = try await auth.register(email: "a@b.org", password: "word", name: "")
            _ = try await auth.register(email: "other@b.org", password: "word", name: "")
            try await Task.sleep(for: .seconds(10))
            let second = try await auth.login(email: "a@b.org", password: "word")
            try await Task.sleep(for: .seconds(10))
            _ = try await auth.refresh(first.refreshToken)
            let sessions = try await auth.sessions(second.accessToken)
            #expect(sessions.map(\.isCurrent) == [false, true])
            #expect(sessions.map(\.createdAt) == ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:10.000Z"])
            #expect(sessions.map(\.lastAccessed) == ["2026-01-01T00:00:20.000Z", "2026-01-01T00:00:10.000Z"])
            #expect(sessions.map(\.expiresAt) == ["2026-01-02T00:00:20.000Z", "2026-01-02T00:00:10.000Z"])
            try await auth.logout(first.accessToken)
            #expect(try await auth.sessions(second.accessToken).count == 1)
            #expect(try await status { try await auth.sessions(first.accessToken) } == 401)
        }
    }

    @Test(arguments: UInt64(1)...8) func aLogoutIsNotUndoneByARefreshAtTheSameTime(seed: UInt64) async throws {
        try await AuthRig.run(seed: seed) { _, auth in
            let tokens = try await auth.register(email: "a@b.org", password: "word", name: "")
            async let refreshed = try? auth.refresh(tokens.refreshToken)
            async let loggedOut: Void = auth.logout(tokens.accessToken)
            try await loggedOut
            if let next = await refreshed { #expect(try await auth.verify(next.accessToken).isValid == false) }
        }
    }
}
