// Cases that bear any fault: they pass under all of some seeds, with and without faults, and find what is planted.

import Clients
import Faults
import Kernel
import Runner
import ServiceKit
import Testing
import Worlds

@testable import Suites

struct ChaosCaseTests {
    static let cases = SuiteCatalogue.cases.filter { $0.survives == .any }

    static func swarm(_ seed: UInt64, bugs: [String] = []) throws -> Blueprint {
        var blueprint = try blueprint(seed: seed)
        blueprint.faults = try FaultPlan.named("swarm", services: ServiceName.names)
        blueprint.deviations = Set(try bugs.map { try DeviationCatalogue.deviation(named: $0, at: nil) })
        return blueprint
    }

    static func findings(_ suiteCase: SuiteCase, _ blueprint: Blueprint, users: Int = 2) throws -> [String] {
        let outcome = SimulatedWorld.run(blueprint) { world in
            try await suiteCase.run(in: world, CaseSetting(users: users)).findings.map(\.description)
        }
        return try outcome.value + outcome.hungTasks
    }

    @Test(arguments: cases.map(\.id)) func passesWithoutFaultsAndWithAny(_ id: String) throws {
        let suiteCase = try #require(Self.cases.first { $0.id == id })
        for seed in UInt64(1)...3 {
            #expect(try Self.findings(suiteCase, blueprint(seed: seed)) == [])
            #expect(try Self.findings(suiteCase, Self.swarm(seed)) == [])
        }
    }

    /// What a search must see of them is seen under faults, and some of it within few seeds; without faults nothing is lost.
    @Test(arguments: cases.map(\.id)) func seeWhatIsToBeSeen(_ id: String) throws {
        let suiteCase = try #require(Self.cases.first { $0.id == id })
        func marks(_ blueprint: Blueprint) throws -> Set<String> {
            try SimulatedWorld.run(blueprint) { try await suiteCase.run(in: $0, CaseSetting(users: 2)).marks }.value
        }
        let rough = try (UInt64(1)...8).reduce(into: Set<String>()) { $0.formUnion(try marks(Self.swarm($1))) }
        #expect(!rough.isEmpty && rough.isSubset(of: suiteCase.sometimes))
        #expect(Set(suiteCase.sometimes).count == suiteCase.sometimes.count)
        #expect(try marks(blueprint(seed: 1)).allSatisfy { !$0.contains("lost") && !$0.contains("crash") })
    }

    @Test func threeCasesBearAnyFault() { #expect(Self.cases.count == 3) }

    @Test func stepsAndUsersCanBeLeftOut() throws {
        let suiteCase = try #require(Self.cases.first { $0.id == "e2e/chaos-sessions" })
        func decisions(users: Int, steps: Int?) throws -> [Trace.Event] {
            var blueprint = try blueprint(seed: 5)
            blueprint.keepsTrace = true
            let outcome = SimulatedWorld.run(blueprint) { world in
                _ = try await suiteCase.run(in: world, CaseSetting(users: users, steps: steps))
                return world.trace.events
            }
            return try outcome.value
        }
        let none = try decisions(users: 1, steps: 0).count
        let some = try decisions(users: 1, steps: 3).count
        let all = try decisions(users: 1, steps: nil).count
        #expect(none < some && some < all)
        func first(_ events: [Trace.Event]) -> [Duration] { events.filter { $0.actor == "user-1->auth" }.prefix(6).map(\.offset) }
        #expect(try first(decisions(users: 1, steps: 3)) == first(decisions(users: 3, steps: 3)))
    }

    @Test func everyBugThatNeedsSomethingIsNamedByACase() {
        let named = Set(SuiteCatalogue.cases.flatMap(\.finds))
        let needy = DeviationCatalogue.all.filter { $0.needs != .nothing }.map(\.name)
        #expect(Set(needy) == named)
        #expect(DeviationCatalogue.all.count { $0.needs == .order } >= 4)
    }
}

struct EndOfFaultsTests {
    @Test func afterTheEndNothingHappensAndCrashedServicesAreBack() throws {
        let faulty = try blueprint(faults: ["client->auth: latency(mean=1s)", "agent: crash(down=1s)@t=5s"])
        let (before, after, crashed) = try SimulatedWorld.run(faulty) { world in
            func took() async throws -> Duration {
                let begun = world.clock.now
                _ = try await world.client("user-1").auth.verify("nobody's")
                return begun.duration(to: world.clock.now)
            }
            let before = try await took()
            await world.endFaults()
            let after = try await took()
            try await world.clock.sleep(for: .seconds(10))
            return (before, after, world.trace.events.contains { $0.detail == "crashed" })
        }.value
        #expect(before > .milliseconds(900))
        #expect(after < .milliseconds(50))
        #expect(!crashed)
    }

    @Test func whoEndsTheFaultsWaitsForWhoIsDown() throws {
        let faulty = try blueprint(faults: ["agent: crash(down=3s)@t=1s"])
        let isBack = try SimulatedWorld.run(faulty) { world in
            try await world.clock.sleep(for: .milliseconds(1500))
            await world.endFaults()
            return (try? await world.client("user-1").agent.census()) != nil
        }.value
        #expect(isBack)
    }
}

/// What chaos has found in the services, each in its smallest form.
struct ChaosFindingTests {
    /// Asks one question with an agent, and returns what became of the run in two minutes.
    private func status(_ faults: [String], crashing: Bool = false) throws -> [String] {
        try SimulatedWorld.run(try blueprint(faults: faults)) { world in
            let client = world.client("user-1")
            let token = try await client.auth.register(email: "a@example.com", password: "correct horse", name: "A").accessToken
            if crashing {
                await world.crash(.agent)
                try await world.restart(.agent)
            }
            _ = try? await client.agent.sendMessage("What does it cost?", agent: "triage", token: token)
            try await world.clock.sleep(for: .seconds(120))
            await world.endFaults()
            return try await client.agent.runs(token: token).runs.map(\.status)
        }.value
    }

    @Test func aRunThatFailsIsNotedThoughTheDatabaseRefusesAtFirst() throws {
        #expect(
            try status([
                "llm POST /v1/chat/completions: http-503", "agent sql update: statement-error(state=57P01)@t=1500ms..2500ms",
            ]) == ["failed"])
    }

    @Test func anAgentThatCannotReadUnfinishedRunsAtFirstServesAllTheSame() throws {
        #expect(
            try status(["agent sql select: statement-error(state=53300)@1"], crashing: true) == ["completed"])
    }

    @Test func aClientWhoVanishesWithoutAWordIsNotServedForEver() throws {
        let held = try SimulatedWorld.run(try blueprint(faults: ["client->auth: half-open"])) { world in
            let before = Census.unasked(world)
            _ = try await world.client("user-1").auth.verify("nobody's")
            world.hangUp("user-1")
            try await world.clock.sleep(for: .seconds(30))
            let soon = Census.unasked(world)
            try await world.clock.sleep(for: .seconds(50))
            return [before, soon, Census.unasked(world)].map { $0.counts[.connections] ?? -1 }
        }.value
        #expect(held == [0, 1, 0])
    }

    /// How often the tokens of a run are charged where the reply to one of the agent's commits is lost, commit by commit; 0
    /// where the run fails of that.
    private func charges(_ bugs: [String]) throws -> [Int] {
        try (1...12).map { commit in
            var faulty = try blueprint(faults: ["agent sql commit: commit-lost@\(commit)"])
            faulty.deviations = Set(try bugs.map { try DeviationCatalogue.deviation(named: $0, at: nil) })
            return try SimulatedWorld.run(faulty) { world in
                let client = world.client("user-1")
                let token = try await client.auth.register(email: "a@example.com", password: "correct horse", name: "A")
                    .accessToken
                _ = try? await client.agent.sendMessage("What does it cost?", agent: "triage", token: token)
                try await world.clock.sleep(for: .seconds(60))
                let run = try await client.agent.runs(token: token).runs.first
                guard let run, run.status == "completed", let used = run.tokensUsed, let charged = run.tokensCharged else {
                    return 0
                }
                return charged.isMultiple(of: used) ? charged / used : -1
            }.value
        }
    }

    @Test func tokensAreChargedOnceWhicheverReplyIsLost() throws {
        let right = try charges([])
        #expect(Set(right).isSubset(of: [0, 1]) && right.contains(1))
        let wrong = try charges(["tokens-charged-twice"])
        #expect(wrong.count { $0 == 2 } == 1)
    }
}
