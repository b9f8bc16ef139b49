// Services that are paused, start slowly or have a wrong clock, as their callers see them.

import Clients
import Faults
import HTTPTypes
import Kernel
import Mesh
import StoreKit
import Testing
import Wire
import Worlds

@Suite(.timeLimit(.minutes(3))) struct ProcessFaultTests {
    /// How long each of some calls of /health took, one after the other.
    private func waits(_ faults: [String], count: Int, _ kind: WorldKind = .simulated) async throws -> [Duration] {
        try await inWorld(try blueprint(kind, faults: faults)) { world in
            let caller = world.mesh.caller(from: .client("user-1"), to: "auth")
            var waits: [Duration] = []
            for _ in 0..<count {
                let begun = world.clock.now
                #expect(try await caller.fetch(.get("/health")).status == .ok)
                waits.append(begun.duration(to: world.clock.now))
                try await world.clock.sleep(for: .milliseconds(100))
            }
            return waits
        }
    }

    @Test func aPausedServiceAnswersWhenItGoesOn() async throws {
        let waits = try await waits(["auth: pause(time=2s)@2"], count: 4)
        // The request that brings the pause is under way in the service; its answer has to wait.
        #expect(waits.map { $0 >= .milliseconds(1900) } == [false, true, false, false], "\(waits)")
        let timed = try await self.waits(["auth: pause(time=2s)@t=150ms"], count: 4)
        #expect(timed.count { $0 >= .milliseconds(1500) && $0 < .seconds(3) } == 1, "\(timed)")
    }

    @Test func realTimeHasPausesToo() async throws {
        let waits = try await waits(["auth: pause(time=300ms)@1"], count: 2, .local)
        #expect(waits[0] >= .milliseconds(250), "\(waits)")
    }

    @Test func aPausedServiceTouchesNoStore() throws {
        let (during, after) = try withUser(["agent: pause(time=10s)@t=3s"]) { world, client in
            let token = try await logIn(client)
            let thread = try await client.agent.createThread(title: "A", token: token)
            let socket = try await client.events.connect(token: token)
            try await world.clock.sleep(for: .milliseconds(3100) - world.mesh.injector.elapsed)
            try await socket.sendUserMessage("What can I save?", thread: thread.id, messageID: "m-1")
            try await world.clock.sleep(for: .seconds(8))
            // Whatever hands the message over waits, and so does what the agent would write.
            let during = try await world.relational.query("SELECT * FROM runs").count
            var completed = false
            for await frame in socket.frames {
                if case .event(let event) = frame, event.kind == .completed { completed = true; break }
            }
            try await socket.close()
            return (during, completed && world.mesh.injector.elapsed >= .seconds(13))
        }
        #expect(during == 0)
        #expect(after)
    }

    @Test func aServiceStartsSlowly() async throws {
        #expect(try await waits(["auth: slow-start(time=3s)"], count: 2).map { $0 >= .seconds(2) } == [true, false])
        #expect(try await waits(["auth: slow-start(time=3s)@2"], count: 2).map { $0 >= .seconds(2) } == [false, false])
        let wait = try withUser(["auth: slow-start(time=3s)@2"]) { world, client in
            _ = try await logIn(client)
            await world.crash(.auth)
            try await world.restart(.auth)
            let begun = world.clock.now
            _ = try await world.mesh.caller(from: .client("user-1"), to: "auth").fetch(.get("/health"))
            return begun.duration(to: world.clock.now)
        }
        #expect(wait >= .milliseconds(2900) && wait < .seconds(4))
    }

    @Test func aClockThatIsWrongRefusesTokens() throws {
        // Where the clock is 20 minutes ahead, a token of 15 minutes is over; where it is behind, one is from the future.
        for (change, refused) in [("20m", true), ("-90s", true), ("1ms", false)] {
            let codes = try withUser(["auth: clock-skew(by=\(change))@t=2s"]) { world, client in
                let token = try await logIn(client)
                let caller = world.mesh.caller(from: .client("user-1"), to: "agent")
                var codes = [try await caller.fetch(Call.get("/api/threads").bearer(token)).status.code]
                try await world.clock.sleep(for: .seconds(3))
                codes.append(try await caller.fetch(Call.get("/api/threads").bearer(token)).status.code)
                return codes
            }
            #expect(codes == [200, refused ? 401 : 200], "\(change)")
        }
    }
}
