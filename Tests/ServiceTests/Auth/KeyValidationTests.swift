// Services that check tokens by the published keys: what they accept, when they ask, and what becomes of rotated keys.

import AuthService
import Clients
import HTTPTypes
import Kernel
import NIOCore
import ServiceKit
import StoreKit
import Synchronization
import Testing
import Wire
import _CryptoExtras

@Suite struct KeyValidationTests {
    /// A service that takes tokens, and what it asks `auth`.
    private struct Asking: Sendable {
        let context: ServiceContext
        let asked: AskedPaths

        init(_ rig: AuthRig, _ caller: Caller) {
            let asked = AskedPaths()
            self.asked = asked
            let counted = Caller(
                service: "auth",
                send: { call in
                    asked.add(call.head.path ?? "")
                    if asked.isCut { throw CallError.connectionLost(service: "auth", request: call.summary, reason: "cut") }
                    return try await caller.send(call)
                },
                open: { _, _ in throw CallError.unknownService("auth", known: []) })
            context = rig.context("agent", callers: { _ in counted })
        }

        func user(_ token: String) async throws -> String? { try await context.identity(ofAccessToken: token)?.userID }
    }

    private final class AskedPaths: Sendable {
        private let state = Mutex<(paths: [String], isCut: Bool)>(([], false))

        func add(_ path: String) { state.withLock { $0.paths.append(path) } }
        func cut() { state.withLock { $0.isCut = true } }
        var isCut: Bool { state.withLock { $0.isCut } }
        /// What was asked since the last look, by the last part of the path.
        func take() -> [String] {
            state.withLock { state in
                defer { state.paths = [] }
                return state.paths.map { String($0.split(separator: "/").last ?? "") }
            }
        }
    }

    private static func configuration(_ algorithm: AuthConfiguration.Algorithm) throws -> AuthConfiguration {
        var configuration = AuthConfiguration.test
        configuration.algorithm = algorithm
        if algorithm == .rs256 {
            configuration.privateKeyPEM = try _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation
        }
        return configuration
    }

    @Test(arguments: AuthConfiguration.Algorithm.allCases)
    func knowsItsUsersWhateverTheAlgorithm(algorithm: AuthConfiguration.Algorithm) async throws {
        try await AuthRig.run(Self.configuration(algorithm)) { rig, auth in
            let service = Asking(rig, try await rig.replica().caller)
            let tokens = try await auth.register(email: "a@b.org", password: "word", name: "")
            let header = try #require(TokenParts(tokens.accessToken)?.fields)
            #expect(header["alg"] == .string(algorithm.rawValue))
            #expect(header["kid"]?.string?.isEmpty == false)
            for _ in 0..<2 { #expect(try await service.user(tokens.accessToken) == tokens.user?.id) }
            #expect(
                service.asked.take()
                    == (algorithm == .hs256
                        ? ["validate", "validate"] : ["jwks.json", "check-blacklist", "check-blacklist"]))
            #expect(try await service.user(tokens.refreshToken) == nil)
            #expect(try await service.user(tokens.accessToken.dropLast(2) + "AA") == nil)
            #expect(try await service.user("nonsense") == nil)
            try await auth.logout(tokens.accessToken)
            #expect(try await service.user(tokens.accessToken) == nil)
            let next = try await auth.login(email: "a@b.org", password: "word")
            try await Task.sleep(for: .seconds(299))
            #expect(try await service.user(next.accessToken) == tokens.user?.id)
            try await Task.sleep(for: .seconds(1))
            #expect(try await service.user(next.accessToken) == nil)
        }
    }

    @Test func fetchesKeysOnceInAWhileAndForNewNames() async throws {
        try await AuthRig.run(Self.configuration(.eddsa)) { rig, _ in
            let (service, caller) = try await rig.replica()
            let auth = AuthClient(caller)
            let asking = Asking(rig, caller)
            let first = try await auth.register(email: "a@b.org", password: "word", name: "")
            _ = try await asking.user(first.accessToken)
            #expect(asking.asked.take() == ["jwks.json", "check-blacklist"])
            try await service.rotateKey()
            let second = try await auth.login(email: "a@b.org", password: "word")
            #expect(TokenParts(first.accessToken)?.fields != TokenParts(second.accessToken)?.fields)
            #expect(try await asking.user(second.accessToken) == first.user?.id)
            #expect(asking.asked.take() == ["jwks.json", "check-blacklist"])
            // Tokens of the former key stay good, for the service and for auth.
            #expect(try await asking.user(first.accessToken) == first.user?.id)
            #expect(asking.asked.take() == ["check-blacklist"])
            #expect(try await auth.verify(first.accessToken).isValid)
            _ = try await auth.refresh(first.refreshToken)
            // A name that nobody has is asked about once for each token, not without end.
            let forged = TokenParts.header(algorithm: "EdDSA", keyID: "nobody's") + Array(".e30.AAAA".utf8)
            #expect(try await asking.user(String(decoding: forged, as: UTF8.self)) == nil)
            #expect(asking.asked.take() == ["jwks.json"])
            let third = try await auth.login(email: "a@b.org", password: "word")
            try await Task.sleep(for: .seconds(299))
            _ = try await asking.user(third.accessToken)
            #expect(asking.asked.take() == ["check-blacklist"])
            try await Task.sleep(for: .seconds(2))
            _ = try await asking.user(third.accessToken)
            #expect(asking.asked.take() == ["jwks.json"], "keys are fetched anew, and the token has expired")
        }
    }

    @Test func saysThatNobodyKnowsWhereAuthIsGone() async throws {
        for algorithm in [AuthConfiguration.Algorithm.hs256, .eddsa] {
            try await AuthRig.run(Self.configuration(algorithm)) { rig, auth in
                let service = Asking(rig, try await rig.replica().caller)
                let tokens = try await auth.register(email: "a@b.org", password: "word", name: "")
                _ = try await service.user(tokens.accessToken)
                service.asked.cut()
                await #expect(throws: ServiceError(.serviceUnavailable, "Authentication service temporarily unavailable")) {
                    try await service.user(tokens.accessToken)
                }
            }
        }
    }

    @Test func aPublishedKeyIsNoSecretAndOneAlgorithmNoOther() async throws {
        try await AuthRig.run(Self.configuration(.eddsa)) { rig, auth in
            let service = Asking(rig, try await rig.replica().caller)
            let tokens = try await auth.register(email: "a@b.org", password: "word", name: "")
            let parts = tokens.accessToken.split(separator: ".").map(String.init)
            let keyID = try #require(TokenParts(tokens.accessToken)?.fields?["kid"]?.string)
            for algorithm in ["none", "HS256", "ES256", "RS256", "eddsa"] {
                let header = String(decoding: TokenParts.header(algorithm: algorithm, keyID: keyID), as: UTF8.self)
                #expect(try await service.user("\(header).\(parts[1]).\(parts[2])") == nil, "\(algorithm)")
                #expect(try await service.user("\(header).\(parts[1]).") == nil, "\(algorithm)")
            }
        }
    }

    @Test func equalSeedsGiveEqualTokensWhereverSignaturesDependOnNothingElse() async throws {
        for algorithm in [AuthConfiguration.Algorithm.hs256, .eddsa] {
            @Sendable func tokens(_ seed: UInt64) async throws -> AuthClient.Tokens {
                try await AuthRig.run(Self.configuration(algorithm), seed: seed) { _, auth in
                    try await auth.register(email: "a@b.org", password: "word", name: "")
                }
            }
            #expect(try await tokens(1) == tokens(1))
            #expect(try await tokens(1) != tokens(2))
        }
    }

    @Test(
        arguments: [
            (AuthConfiguration.Algorithm.rs256, nil, AuthConfigurationError.missingPrivateKey),
            (.rs256, "nonsense", .unreadablePrivateKey(algorithm: "RS256")),
            (.es256, "nonsense", .unreadablePrivateKey(algorithm: "ES256")),
            (.eddsa, "nonsense", .unreadablePrivateKey(algorithm: "EdDSA")),
        ] as [(AuthConfiguration.Algorithm, String?, AuthConfigurationError)])
    func refusesKeysItCannotUse(algorithm: AuthConfiguration.Algorithm, pem: String?, error: AuthConfigurationError) async throws
    {
        var configuration = AuthConfiguration.test
        (configuration.algorithm, configuration.privateKeyPEM) = (algorithm, pem)
        let service = FakeAuth(context: try testContext(name: "auth"), configuration: configuration)
        await #expect(throws: error) { try await service.prepare() }
    }
}
