// Logging in, in both kinds of worlds: by a provider, with tokens that services check themselves, and under faults.

import AuthService
import Clients
import Kernel
import Suites
import Testing
import Wire
import Worlds

@Suite(.timeLimit(.minutes(2))) struct LogInWorldTests {
    @Test(arguments: WorldKind.allCases, AuthConfiguration.Algorithm.allCases.filter { $0 != .rs256 })
    func everyServiceKnowsWhoCameByAProvider(kind: WorldKind, algorithm: AuthConfiguration.Algorithm) async throws {
        var blueprint = try blueprint(kind)
        blueprint.auth.algorithm = algorithm
        let owners = try await inWorld(blueprint) { world in
            let client = world.client("user-1")
            let login = try await client.auth.logIn(as: "ada@example.org")
            let me = try await client.auth.me(login.accessToken)
            let thread = try await client.agent.createThread(title: "Mine", token: login.accessToken)
            let socket = try await client.events.connect(token: login.accessToken)
            try await socket.close()
            try await client.auth.logout(login.accessToken)
            let status: Int
            do {
                _ = try await client.agent.thread(thread.id, token: login.accessToken)
                status = 200
            } catch CallError.unexpectedStatus(_, _, let answered, _) {
                status = answered
            }
            return (me.email, thread.title, status)
        }
        #expect(owners == ("ada@example.org", "Mine", 401))
    }

    @Test func aFaultOfTheProvidersLinkIsA503AndGoesAway() async throws {
        let statuses = try await inWorld(try blueprint(faults: ["auth->auth: reset@1"])) { world in
            var statuses: [Int] = []
            for _ in 0..<2 {
                do {
                    _ = try await world.client("user-1").auth.logIn(as: "ada")
                    statuses.append(200)
                } catch CallError.unexpectedStatus(_, _, let status, _) {
                    statuses.append(status)
                }
            }
            return statuses
        }
        #expect(statuses == [503, 200])
    }

    @Test func theGoldenPathHoldsWithPublishedKeysAndRepeatsItself() async throws {
        var blueprint = try blueprint()
        blueprint.auth.algorithm = .eddsa
        let runs = (0..<2).map { _ in
            SimulatedWorld.run(blueprint) { world in
                let report = try await SuiteCatalogue.cases[0].run(in: world, CaseSetting(users: 5))
                return report.findings.map(\.description)
            }
        }
        for run in runs { #expect(try run.value == []) }
        #expect(runs[0].fingerprint == runs[1].fingerprint)
    }
}
