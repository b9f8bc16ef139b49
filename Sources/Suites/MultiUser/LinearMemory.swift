// M4.3: twice the users hold at most twice as much.

import Clients
import Kernel
import Wire
import Worlds

enum LinearMemory {
    static let suiteCase = SuiteCase(
        "multi_user/linear-memory",
        "With twice the users connected, the services hold at most twice as much, and nothing of old sockets",
        layer: .flows, covers: ["M4.3"], catches: ["connection-leak"]
    ) { stage in
        let count = min(stage.setting.users, 10)
        let few = await held(stage, users: (1...count).map { "few-\($0)" })
        let many = await held(stage, users: (1...2 * count).map { "many-\($0)" })
        await stage.journey("operator") { journey in
            guard let few, let many else { return journey.find("what is held could not be counted") }
            journey.expect(few.connections, count, "the number of WebSockets with \(count) users")
            journey.expect(many.connections, 2 * count, "the number of WebSockets with \(2 * count) users")
            if let fewTasks = few.tasks, let manyTasks = many.tasks {
                // What the services hold for each other grows with neither.
                journey.check(
                    manyTasks <= 2 * fewTasks + 20, "\(manyTasks) tasks with \(2 * count) users, but \(fewTasks) with \(count)")
            }
        }
    }

    /// What is held while these users are connected, each after two sockets that broke.
    private static func held(_ stage: Stage, users: [String]) async -> Census? {
        let logins = await stage.everyUser(of: users) { journey in
            let login = try await journey.logIn()
            for _ in 1...2 { try await journey.withSocket(login) { _ in } }
            return login
        }
        // All sockets are open while it is counted, and gone afterwards.
        let sockets = await stage.everyUser(of: users) { journey -> EventSocket? in
            guard let number = users.firstIndex(of: journey.user), let login = logins[number] else { return nil }
            return try await journey.take("stay connected") { try await journey.client.events.connect(token: login.accessToken) }
        }
        let census = await stage.journey("operator") { journey in
            try await journey.settle()
            return try await Census.take(journey)
        }
        for socket in sockets { socket??.connection.abort() }
        for user in users { stage.world.hangUp(user) }
        for user in users { stage.world.hangUp(user) }
        return census
    }
}
