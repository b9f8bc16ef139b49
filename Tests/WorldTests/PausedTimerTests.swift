// A paused service as a process that stands still: its timers, its calls and its replies wait for it, in both worlds.

import Clients
import Faults
import HTTPTypes
import Kernel
import Mesh
import Testing
import Wire
import Worlds

@Suite(.timeLimit(.minutes(10))) struct PausedTimerTests {
    /// How long it took from the first to the last event of a stream that began while the model was paused.
    private func spread(_ kind: WorldKind, _ faults: [String]) async throws -> (spread: Duration, wait: Duration) {
        try await inWorld(try blueprint(kind, faults: faults)) { world in
            let caller = world.mesh.caller(from: .client("user-1"), to: "llm")
            let begun = world.clock.now
            let reply = try await caller.send(Call.post("/v1/chat/completions", value: question).bearer("key"))
            var (first, last): (Instant?, Instant) = (nil, begun)
            for try await _ in reply.events {
                last = world.clock.now
                first = first ?? last
            }
            return ((first ?? last).duration(to: last), begun.duration(to: first ?? last))
        }
    }

    @Test(arguments: WorldKind.allCases) func aStreamGoesOnWhereItWas(kind: WorldKind) async throws {
        // In a process whose timers went on, all that comes within the pause would come at once, at its end.
        let (spread, wait) = try await spread(kind, ["llm: pause(time=1200ms)@1"])
        #expect(wait >= .milliseconds(1150))
        #expect(spread >= .milliseconds(250), "\(spread)")
    }

    @Test func noHeartbeatIsFromWithinAPause() throws {
        func heartbeats(_ faults: [String]) throws -> [Instant] {
            try withUser(faults) { world, client in
                let socket = try await client.events.connect(token: try await logIn(client))
                defer { socket.connection.abort() }
                var times: [Instant] = []
                for await message in socket.connection.messages {
                    guard case .text(let text) = message, let value = try? JSONValue(json: text) else { continue }
                    guard value["type"] == "heartbeat" else { continue }
                    times.append(try #require(value["data"]?["timestamp"]?.string.flatMap { Instant(iso8601: $0) }))
                    if times.count == 8 { break }
                }
                return times
            }
        }
        let began = Instant.simulatedEpoch
        let (paused, end) = (began.advanced(by: .seconds(5)), began.advanced(by: .seconds(155)))
        #expect(try heartbeats([]).contains { $0 > paused && $0 < end })
        let times = try heartbeats(["events: pause(time=150s)@t=5s"])
        #expect(!times.contains { $0 > paused && $0 < end }, "\(times)")
        #expect(times.contains { $0 >= end })
    }

    @Test func aPausedServiceSendsNothing() throws {
        var seen = 0
        for seed in 1...12 as ClosedRange<UInt64> {
            var blueprint = try blueprint(
                seed: seed, faults: ["agent: pause(time=20s)@t=2s..4s", "agent->* /**: http-503~30%"])
            blueprint.keepsTrace = true
            let outcome = SimulatedWorld.run(blueprint) { world in
                let client = world.client("user-1")
                let token = try await logIn(client)
                for _ in 0..<4 {
                    let thread = try await client.agent.createThread(title: "A", token: token)
                    _ = try? await client.agent.sendMessage("What can I save?", in: thread.id, token: token)
                    try await world.clock.sleep(for: .milliseconds(700))
                }
                try await world.clock.sleep(for: .seconds(30))
            }
            let events = outcome.trace.events
            let begin = try #require(events.first { $0.actor == "agent" && $0.detail.hasPrefix("paused for") }?.offset)
            let within = events.filter { event in
                event.actor.hasPrefix("agent->") && event.kind == .sent && event.detail.hasPrefix("->")
                    && event.offset > begin && event.offset < begin + .seconds(20)
            }
            #expect(within.isEmpty, "seed \(seed): \(within)")
            seen += events.count { $0.actor.hasPrefix("agent->") && $0.offset >= begin + .seconds(20) }
        }
        #expect(seen > 0, "an agent that never works shows nothing")
    }
}
