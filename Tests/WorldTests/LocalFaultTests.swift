// Every fault of the catalogue on real sockets, in real time: it happens there, its victim notices, and the world ends cleanly.

import Faults
import HTTPTypes
import Kernel
import Mesh
import Testing
import Wire
import Worlds

/// A fault as it fits into a small local world, and who notices.
struct LocalAppointment: Sendable, CustomTestStringConvertible {
    /// The fault in one line; its durations are short, or it holds up what is given up soon.
    let line: String
    /// The step of a tour that fails by it; nil where every step succeeds all the same.
    let trouble: TourStep?
    /// Whether its victim would wait for long, and is cancelled instead.
    var waits = false

    var testDescription: String { line }
    /// The fault's name: what follows the place, up to its parameters.
    var name: String { String(line.replacing(#/^.*: /#, with: "").prefix { $0.isLetter || $0.isNumber || $0 == "-" }) }

    static let all: [LocalAppointment] = [
        .init(line: "client->auth: latency(mean=2ms)", trouble: nil),
        .init(line: "client<-auth: jitter(max=2ms)", trouble: nil),
        .init(line: "client<->auth: bandwidth(rate=1MB/s)", trouble: nil),
        .init(line: "client<-auth: rechunk(size=16)", trouble: nil),
        .init(line: "client->auth: drop@1", trouble: .health, waits: true),
        .init(line: "client->auth: reset@1", trouble: .health),
        .init(line: "client->auth: half-open", trouble: nil),
        .init(line: "client<->auth: partition@t=0s..1h", trouble: .health, waits: true),
        .init(line: "client->auth: clog(time=20ms)@1", trouble: nil),
        .init(line: "client<->auth: swizzle(share=100)@t=0s..10m", trouble: .health, waits: true),
        .init(line: "client<-events: event-duplicate@1", trouble: nil),
        .init(line: "client<-events: event-delay(min=20ms, max=20ms)@1", trouble: nil),
        .init(line: "client<-events[agent_completed]: event-loss@1", trouble: .chat, waits: true),
        .init(line: "client<-events: event-reorder(within=50ms)@2", trouble: nil),
        .init(line: "client<-events: ws-close(code=1012)@1", trouble: .chat),
        .init(line: "client<-events: ws-close(code=1006)@2", trouble: .chat),
        .init(line: "auth GET /health: http-429@1", trouble: .health),
        .init(line: "auth GET /health: http-503(served=true)@1", trouble: .health),
        .init(line: "auth GET /health: truncate(after=5)@1", trouble: .health),
        .init(line: "client->llm POST /v1/**: llm-cut(after=1)@1", trouble: .stream),
        .init(line: "client->llm POST /v1/**: stream-stall(after=1, time=20ms)@1", trouble: nil),
        .init(line: "llm /v1/**: tool-arguments-broken@1", trouble: .chat),
        .init(line: "agent tool: tool-refused@1", trouble: .chat),
        .init(line: "client->agent /**: token-expiry@1", trouble: .thread),
        .init(line: "client->agent /**: token-forged@1", trouble: .thread),
        .init(line: "auth: key-rotation@1", trouble: nil),
        .init(line: "auth: key-rotation@t=0s", trouble: nil),
        .init(line: "agent sql insert: statement-error(state=53300)@1", trouble: .thread),
        .init(line: "agent sql commit: commit-lost@1", trouble: .thread),
        .init(line: "agent sql: disk-full@t=0s..1h", trouble: .thread),
        .init(line: "auth cache: cache-evict", trouble: .verify),
        .init(line: "auth cache set: cache-error(kind=oom)@1", trouble: .register),
        .init(line: "auth cache: memory-pressure", trouble: .verify),
        .init(line: "agent sql: memory-pressure@t=0s..1h", trouble: .thread),
        .init(line: "analytics insert: too-many-parts@1", trouble: .insert),
        .init(line: "analytics insert: insert-late(delay=20ms)@1", trouble: nil),
        .init(line: "auth: crash(down=20ms)@1", trouble: .health),
        .init(line: "auth: crash(down=60s)@1", trouble: .health),
        .init(line: "auth: pause(time=50ms)@1", trouble: nil),
        .init(line: "auth: pause(time=60s)@1", trouble: .health, waits: true),
        .init(line: "auth: pause(time=50ms)@t=0s", trouble: nil),
        .init(line: "auth: slow-start(time=50ms)@1", trouble: nil),
        .init(line: "auth: clock-skew(by=20m)@4", trouble: .verify),
        .init(line: "auth: clock-skew(by=1ms)@t=0s", trouble: nil),
    ]
}

@Suite(.timeLimit(.minutes(10))) struct LocalFaultTests {
    @Test func allAreHere() {
        let names = Set(LocalAppointment.all.map(\.name))
        #expect(names == Set(FaultCatalogue.kinds.map(\.name)))
    }

    @Test(arguments: LocalAppointment.all) func happensOnLoopback(_ appointment: LocalAppointment) async throws {
        var blueprint = try blueprint(.local, faults: [appointment.line])
        blueprint.seed = seedOfAnEarlySwizzle(blueprint)
        let (decisions, troubles, address) = try await LocalWorld.run(blueprint) { world in
            let tour = LocalTour(world)
            let task = Task { await tour.take() }
            if appointment.waits {
                await happened(in: world)
                try? await world.clock.sleep(for: .milliseconds(50))
                task.cancel()
            }
            await task.value
            world.hangUp("user-1")
            await happened(in: world)
            #expect(world.hungTasks == [])
            return (world.decisions.decisions, tour.troubles, world.addresses.first?.address)
        }
        #expect(!decisions.isEmpty && Set(decisions.map(\.fault)) == [appointment.name], "\(decisions)")
        if let trouble = appointment.trouble {
            #expect(troubles[trouble] != nil, "\(troubles)")
        } else {
            #expect(troubles == [:])
        }
        // Of the world nothing is left.
        let outside = Outsider()
        let place = try #require(address)
        await #expect(throws: TransportError.self) { _ = try await outside.status(of: .get("/health"), at: place) }
        try await outside.shutDown()
    }

    /// Returns once a fault has happened; asks a few times, since services learn of some things on loops of their own.
    private func happened(in world: World) async {
        for _ in 0..<1000 where world.mesh.injector.decisions.isEmpty {
            try? await world.clock.sleep(for: .milliseconds(5))
        }
    }

    /// A seed under which a swizzle begins at once on the link that the tour begins with; whether and when is chance's.
    private func seedOfAnEarlySwizzle(_ blueprint: Blueprint) -> UInt64 {
        guard blueprint.faults.faults.first?.name == "swizzle" else { return blueprint.seed }
        let event = FaultEvent(
            .link(.connection, LinkName(from: .client("user-1"), to: .service("auth")), .forth), occurrence: 1,
            time: .milliseconds(30))
        let seeds = 1...100_000 as ClosedRange<UInt64>
        return seeds.first { FaultInjector(blueprint.faults, chance: Chance(seed: $0)).judge(event) != .pass } ?? 1
    }
}
