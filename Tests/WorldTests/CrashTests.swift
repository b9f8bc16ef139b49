// Crashed services: connections reset, memory gone, stores kept, the same address; nothing of the dead has an effect.

import Clients
import Faults
import HTTPTypes
import Kernel
import Mesh
import Testing
import Wire
import Worlds

@Suite(.timeLimit(.minutes(3))) struct CrashTests {
    @Test(arguments: WorldKind.allCases) func aCrashedServiceComesBack(kind: WorldKind) async throws {
        try await inWorld(try blueprint(kind)) { world in
            let client = world.client("user-1")
            _ = try await client.auth.register(email: "a@example.com", password: "correct horse", name: "A")
            let token = try await client.auth.login(email: "a@example.com", password: "correct horse").accessToken
            let thread = try await client.agent.createThread(title: "Kept", token: token)
            let socket = try await client.events.connect(token: token)
            for service in [ServiceName.auth, .agent, .events] {
                await world.crash(service)
                await world.crash(service)
            }
            // Whoever was connected sees no close frame, and whoever calls is refused.
            for await _ in socket.frames {}
            #expect(socket.closure?.code == 1006)
            await #expect(throws: CallError.self) { try await client.agent.messages(in: thread.id, token: token) }
            for service in [ServiceName.auth, .agent, .events] {
                try await world.restart(service)
                try await world.restart(service)
            }
            // Rows, sessions and keys outlive the process.
            #expect(try await client.auth.verify(token).isValid)
            #expect(try await client.agent.messages(in: thread.id, token: token).messages.isEmpty)
            _ = try await client.agent.createThread(title: "New", token: token)
            let again = try await client.events.connect(token: token)
            try await again.close()
            #expect(world.hungTasks == [])
        }
    }

    @Test func theDeadDoNothing() throws {
        // A run is under way when its agent dies; it neither ends nor goes on, since nobody takes it up.
        let (status, hung) = try SimulatedWorld.run(try blueprint()) { world in
            let client = world.client("user-1")
            _ = try await client.auth.register(email: "a@example.com", password: "correct horse", name: "A")
            let token = try await client.auth.login(email: "a@example.com", password: "correct horse").accessToken
            let thread = try await client.agent.createThread(title: "A", token: token)
            let socket = try await client.events.connect(token: token)
            try await socket.sendUserMessage("What can I save?", thread: thread.id, messageID: "m-1")
            for await frame in socket.frames {
                if case .event = frame { break }
            }
            await world.crash(.agent)
            let before = world.mesh.injector.elapsed
            try await world.clock.sleep(for: .seconds(60))
            #expect(world.mesh.injector.elapsed >= before + .seconds(60))
            try await world.restart(.agent)
            let messages = try await client.agent.messages(in: thread.id, token: token).messages
            try await socket.close()
            return (messages.map(\.role), world.hungTasks)
        }.value
        #expect(status == ["user"])
        #expect(hung == [])
    }

    @Test func crashesAreFaults() throws {
        for fault in ["auth: crash(down=2s)@3", "auth: crash(down=2s)@t=10ms"] {
            let (answers, decisions) = try SimulatedWorld.run(try blueprint(faults: [fault])) { world in
                let caller = world.mesh.caller(from: .client("user-1"), to: "auth")
                var answers: [Bool] = []
                for _ in 0..<8 {
                    answers.append((try? await caller.fetch(.get("/health")).status) == .ok)
                    try await world.clock.sleep(for: .milliseconds(500))
                }
                return (answers, world.decisions.decisions)
            }.value
            #expect(decisions.map(\.fault) == ["crash"], "\(fault)")
            #expect(answers.first == true && answers.last == true, "\(answers)")
            #expect((3...5).contains(answers.count { !$0 }), "\(answers)")
        }
    }

    @Test func applicationsFromOutsideSeeCrashesToo() async throws {
        try await LocalWorld.run(try blueprint(.local, faults: ["auth: crash(down=50ms)@2"])) { world in
            let address = try #require(world.addresses.first { $0.service == "auth" }?.address)
            let outside = Outsider()
            #expect(try await outside.status(of: .get("/health"), at: address) == 200)
            await #expect(throws: (any Error).self) { _ = try await outside.status(of: .get("/health"), at: address) }
            var last: Int?
            for _ in 0..<200 where last == nil {
                try await Task.sleep(for: .milliseconds(10))
                last = try? await outside.status(of: .get("/health"), at: address)
            }
            #expect(last == 200)
            try await outside.shutDown()
        }
    }
}
