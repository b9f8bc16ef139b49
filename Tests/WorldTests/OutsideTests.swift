// Applications from outside a local world meet its faults: those of links, and those at the services' hosts.

import Faults
import HTTPTypes
import Kernel
import LoopbackTransport
import Mesh
import Testing
import Wire
import Worlds

/// A program that is no part of a world: it has an address and a socket.
struct Outsider: Sendable {
    private let transport = LoopbackTransport()

    /// Makes one call over a connection of its own, and returns the status.
    func status(of call: Call, at address: Address) async throws -> Int {
        let connection = HTTPClientConnection(service: "outside") { $0.close() }
        _ = try await transport.connect(to: address, as: "outside") { connection.configure($0) }
        return try await connection.send(call).collected().status.code
    }

    func shutDown() async throws { try await transport.shutDown() }
}

@Suite(.timeLimit(.minutes(2))) struct OutsideTests {
    /// What an outsider gets of three calls to auth: the status, or 0 for an error; and how long all took.
    private func call(_ faults: [String]) async throws -> (statuses: [Int], faults: [FaultDecision], took: Duration) {
        try await LocalWorld.run(try blueprint(.local, faults: faults)) { world in
            let address = try #require(world.addresses.first { $0.service == "auth" }?.address)
            let outside = Outsider()
            let begun = world.clock.now
            var statuses: [Int] = []
            for _ in 0..<3 { statuses.append((try? await outside.status(of: .get("/health"), at: address)) ?? 0) }
            let took = begun.duration(to: world.clock.now)
            try await outside.shutDown()
            return (statuses, world.decisions.decisions, took)
        }
    }

    @Test(
        arguments: [
            ("client->auth: reset@2", "outside->auth->"), ("client<-auth: reset@2", "outside->auth<-"),
            ("outside->auth: reset@2", "outside->auth->"),
        ])
    func linksToTheOutsideBreak(fault: String, actor: String) async throws {
        let (statuses, decisions, _) = try await call([fault])
        #expect(statuses == [200, 0, 200])
        #expect(decisions.map(\.actor) == [actor])
    }

    @Test func linksToTheOutsideAreSlow() async throws {
        let (statuses, decisions, took) = try await call(["client<->auth: latency(mean=30ms)"])
        #expect(statuses == [200, 200, 200])
        #expect(decisions.count == 6)
        #expect(took >= .milliseconds(180))
    }

    @Test func hostsRefuseThemToo() async throws {
        let (statuses, decisions, _) = try await call(["client->auth GET /health: http-503@2"])
        #expect(statuses == [200, 503, 200])
        #expect(decisions.map(\.actor) == ["outside->auth GET /health"])
    }

    @Test func faultsOfOthersAreNotTheirs() async throws {
        let (statuses, decisions, _) = try await call(["user-1->auth: reset", "agent->auth /**: http-503"])
        #expect(statuses == [200, 200, 200])
        #expect(decisions.isEmpty)
    }

    @Test func callersOfTheMeshKeepTheirNames() async throws {
        try await LocalWorld.run(try blueprint(.local, faults: ["user-1->auth /**: http-503", "outside->auth: reset"])) { world in
            let mine = try await world.mesh.caller(from: .client("user-1"), to: "auth").fetch(.get("/health"))
            let other = try await world.mesh.caller(from: .client("user-2"), to: "auth").fetch(.get("/health"))
            #expect([mine.status.code, other.status.code] == [503, 200])
        }
    }
}
