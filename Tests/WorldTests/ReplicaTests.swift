// Services with replicas: everything works with two of auth, agent and llm, also while one of them is gone.

import Clients
import Faults
import Fixtures
import HTTPTypes
import Kernel
import Mesh
import Suites
import Testing
import Wire
import Worlds

@Suite(.timeLimit(.minutes(3))) struct ReplicaTests {
    private func replicated(_ kind: WorldKind = .simulated, seed: UInt64 = 1) throws -> Blueprint {
        var blueprint = try blueprint(kind, seed: seed)
        blueprint.replicas = [.auth: 2, .agent: 2, .llm: 3]
        blueprint.keepsTrace = true
        return blueprint
    }

    @Test func theGoldenPathWalksOverAllOfThem() throws {
        for seed in 1...5 as ClosedRange<UInt64> {
            let outcome = SimulatedWorld.run(try replicated(seed: seed)) { world in
                try await SuiteCatalogue.cases[0].run(in: world, CaseSetting(users: 8)).findings
            }
            #expect(try outcome.value == [])
            let actors = Set(outcome.trace.events.map(\.actor))
            for replica in ["auth-1", "auth-2", "agent-1", "agent-2", "llm-1", "llm-2", "llm-3"] {
                #expect(actors.contains { $0.hasSuffix("->\(replica)") }, "\(replica) was never called")
            }
            let again = SimulatedWorld.run(try replicated(seed: seed)) { world in
                try await SuiteCatalogue.cases[0].run(in: world, CaseSetting(users: 8)).findings
            }
            #expect(again.fingerprint == outcome.fingerprint)
        }
    }

    @Test func onLoopbackToo() async throws {
        try await LocalWorld.run(try replicated(.local)) { world in
            #expect(
                world.addresses.map(\.service) == [
                    "auth", "auth-2", "llm", "llm-2", "llm-3", "analytics", "events", "agent", "agent-2", "cache",
                ])
            let report = try await SuiteCatalogue.cases[0].run(in: world, CaseSetting(users: 3))
            #expect(report.findings == [])
        }
    }

    @Test func whileOneIsGoneTheOtherDoesItsWork() throws {
        var blueprint = try replicated()
        blueprint.resilience.clients = .services
        let outcome = SimulatedWorld.run(blueprint) { world in
            await world.crash(.auth, replica: 1)
            await world.crash(.agent, replica: 2)
            await world.crash(.llm, replica: 1)
            return try await SuiteCatalogue.cases[0].run(in: world, CaseSetting(users: 8)).findings
        }
        #expect(try outcome.value == [])
        let told = outcome.trace.events.filter { $0.kind == .mesh }.map(\.detail)
        #expect(told.contains { $0.hasPrefix("retry 1 of ") }, "\(told)")
    }

    @Test func whoIsBackIsCalledAgain() throws {
        var blueprint = try replicated()
        blueprint.resilience.clients = .services
        let outcome = SimulatedWorld.run(blueprint) { world in
            let caller = world.mesh.caller(from: .client("user-1"), to: "llm")
            await world.crash(.llm, replica: 2)
            for second in 0..<90 {
                if second == 45 { try await world.restart(.llm, replica: 2) }
                guard try await caller.fetch(.get("/health")).status == .ok else { return false }
                try await world.clock.sleep(for: .seconds(1))
            }
            return true
        }
        #expect(try outcome.value)
        let told = outcome.trace.events.filter { $0.kind == .mesh }.map(\.detail)
        #expect(told.contains { $0.hasPrefix("llm-2 is ejected until") }, "\(told)")
        #expect(told.contains("llm-2 is back"))
    }

    @Test(arguments: [ServiceName.events, .analytics]) func someCannotHaveSeveral(name: ServiceName) throws {
        var blueprint = try blueprint()
        blueprint.replicas = [name: 2]
        let outcome = SimulatedWorld.run(blueprint) { _ in }
        let error = #expect(throws: InputError.self) { try outcome.value }
        #expect(error?.message.hasPrefix("'\(name.rawValue)' cannot have 2 replicas: ") ?? false)
        #expect(error?.message.hasSuffix("Services that can: auth, llm, agent, cache.") ?? false)
        blueprint.replicas = [.auth: 0]
        let none = SimulatedWorld.run(blueprint) { _ in }
        #expect(throws: InputError.self) { try none.value }
    }

    @Test func linksOfReplicasHaveNames() throws {
        var blueprint = try replicated()
        blueprint.faults = try FaultPlan.none.adding(["client->agent-2 /**: http-503", "agent-1->llm: reset"])
        let decisions = try SimulatedWorld.run(blueprint) { world in
            _ = try await SuiteCatalogue.cases[0].run(in: world, CaseSetting(users: 8))
            return world.decisions.decisions
        }.value
        #expect(decisions.contains { $0.fault == "http-503" })
        #expect(decisions.filter { $0.fault == "http-503" }.allSatisfy { $0.actor.contains("->agent-2 ") })
        #expect(decisions.filter { $0.fault == "reset" }.allSatisfy { $0.actor.hasPrefix("agent-1->llm-") })
    }
}
