// Calls that fail, over the wire: what is tried again and what is not, where it goes, and when nobody is called any more.

import Faults
import HTTPTypes
import Kernel
import LoopbackTransport
import Mesh
import NIOCore
import Synchronization
import TestSupport
import Testing
import Wire

/// Answers each request with the next of some statuses, the last of them for ever, and counts.
private final class ScriptedWeb: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let script: Script

    init(_ script: Script) { self.script = script }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard String(buffer: unwrapInboundIn(data)).contains("\r\n\r\n") else { return }
        let line = script.next()
        guard line != "reset" else { return context.channel.resetPeer() }
        let text = "HTTP/1.1 \(line)\r\ncontent-length: 0\r\n\r\n"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
    }
}

/// What a service is to answer, and how often it was asked.
private final class Script: Sendable {
    private let lines: [String]
    private let asked = Mutex(0)

    init(_ lines: String...) { self.lines = lines }

    var count: Int { asked.withLock { $0 } }

    func next() -> String {
        asked.withLock { count in
            count += 1
            return lines[min(count, lines.count) - 1]
        }
    }
}

private let agent = Endpoint.service("agent")

@Suite(.timeLimit(.minutes(2))) struct ResilienceTests {
    private func run<Value: Sendable>(
        _ carrier: Carrier = .simulated, faults: [String] = [], resilience: ResiliencePlan = ResiliencePlan(),
        _ body: @escaping @Sendable (MeshRig) async throws -> Value
    ) async throws -> Value {
        try await MeshRig.run(carrier, faults: faults, resilience: resilience, body)
    }

    private func status(_ script: Script, _ call: Call, from party: Endpoint = agent) async throws -> (Int, Duration) {
        try await run { rig in
            try await rig.serve { ScriptedWeb(script) }
            let clock = WorldClock()
            let begun = clock.now
            let reply = try await rig.mesh.caller(from: party, to: "web").fetch(call)
            return (reply.status.code, begun.duration(to: clock.now))
        }
    }

    @Test func whatMayBeRepeatedIs() async throws {
        for call in [Call.get("/"), Call.delete("/"), Call.post("/").repeatable()] {
            let script = Script("503 Service Unavailable", "502 Bad Gateway", "200 OK")
            #expect(try await status(script, call).0 == 200)
            #expect(script.count == 3)
        }
    }

    @Test func whatMayNotIsNot() async throws {
        let script = Script("503 Service Unavailable", "200 OK")
        #expect(try await status(script, Call.post("/")).0 == 503)
        #expect(script.count == 1)
        let lost = Script("reset", "200 OK")
        await #expect(throws: CallError.self) { try await status(lost, Call.post("/")) }
        #expect(lost.count == 1)
        let key = Script("reset", "200 OK")
        let named = Call.post("/").field(HTTPField.Name("Idempotency-Key")!, "k-1")
        #expect(try await status(key, named).0 == 200)
    }

    @Test func clientsSeeEverything() async throws {
        let script = Script("503 Service Unavailable", "200 OK")
        #expect(try await status(script, Call.get("/"), from: .client("user-1")).0 == 503)
    }

    @Test func answersThatAreNoFailuresStay() async throws {
        for line in ["400 Bad Request", "404 Not Found", "500 Internal Server Error"] {
            let script = Script(line, "200 OK")
            let code = try await status(script, Call.get("/")).0
            #expect("\(code)" == line.prefix(3))
            #expect(script.count == 1)
        }
    }

    @Test func retryAfterIsHeeded() async throws {
        let (code, waited) = try await status(
            Script("429 Too Many Requests\r\nretry-after: 2", "200 OK"), Call.get("/"))
        #expect(code == 200)
        #expect(waited >= .seconds(2) && waited < .seconds(3))
        let long = Script("429 Too Many Requests\r\nretry-after: 60", "200 OK")
        #expect(try await status(long, Call.get("/")).0 == 429)
        #expect(long.count == 1)
    }

    @Test func whatWasNeverSentIsRepeatedWhateverItIs() async throws {
        for carrier in Carrier.allCases {
            let code = try await run(carrier) { rig in
                // Two replicas, of which one is gone: the directory does not know yet.
                let script = Script("200 OK")
                let gone = try await rig.mesh.listen(.replica(1, of: "web"), at: rig.place, staysListed: true) {
                    $0.eventLoop.makeSucceededVoidFuture()
                }
                try await gone.close()
                _ = try await rig.mesh.listen(
                    .replica(2, of: "web"), at: Address(host: rig.place.host, port: carrier == .loopback ? 0 : 81)
                ) { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(ScriptedWeb(script)) }
                }
                let caller = rig.mesh.caller(from: agent, to: "web")
                var codes: [Int] = []
                for _ in 0..<20 { codes.append(try await caller.fetch(Call.post("/")).status.code) }
                return (codes, script.count)
            }
            #expect(code.0 == Array(repeating: 200, count: 20))
            #expect(code.1 == 20)
        }
    }

    @Test func aDeadServiceIsLeftAlone() async throws {
        let (errors, script) = try await run { rig in
            let script = Script("reset")
            try await rig.serve { ScriptedWeb(script) }
            let caller = rig.mesh.caller(from: agent, to: "web")
            var errors: [CallError] = []
            for _ in 0..<10 {
                do { _ = try await caller.fetch(Call.post("/")) } catch let error as CallError { errors.append(error) }
            }
            return (errors, script)
        }
        #expect(errors.count == 10)
        #expect(script.count == 5)
        #expect(errors.last == .circuitOpen(service: "web", request: "POST /"))
    }

    @Test func theCircuitClosesAgain() async throws {
        let codes = try await run { rig in
            let script = Script("503 x", "503 x", "503 x", "503 x", "503 x", "200 OK")
            try await rig.serve { ScriptedWeb(script) }
            let caller = rig.mesh.caller(from: agent, to: "web")
            var codes: [Int] = []
            for round in 0..<12 {
                if round == 6 { try await Task.sleep(for: .seconds(31)) }
                codes.append((try? await caller.fetch(Call.post("/")).status.code) ?? 0)
            }
            return codes
        }
        #expect(codes == [503, 503, 503, 503, 503, 0, 200, 200, 200, 200, 200, 200])
    }

    @Test func attemptsThatTakeTooLongAreGivenUp() async throws {
        var plan = ResiliencePlan()
        plan.clients = ResiliencePolicy(retries: RetryPolicy(), timeout: .seconds(2), breaker: nil)
        let (reply, waited) = try await run(faults: ["client->web: drop@1"], resilience: plan) { rig in
            let script = Script("200 OK")
            try await rig.serve { ScriptedWeb(script) }
            let clock = WorldClock()
            let begun = clock.now
            let reply = try await rig.caller.fetch(.get("/"))
            return (reply.status.code, begun.duration(to: clock.now))
        }
        #expect(reply == 200)
        #expect(waited >= .seconds(2) && waited < .seconds(3))
        await #expect(throws: CallError.timedOut(service: "web", request: "POST /", after: .seconds(2))) {
            try await run(faults: ["client->web: drop"], resilience: plan) { rig in
                try await rig.serve { ScriptedWeb(Script("200 OK")) }
                return try await rig.caller.fetch(.post("/")).status.code
            }
        }
    }

    @Test func partitionsHoldBackAndHeal() async throws {
        func roundTrip(_ fault: String) async throws -> Duration {
            try await run(faults: [fault]) { rig in
                try await rig.serve { ScriptedWeb(Script("200 OK")) }
                let clock = WorldClock()
                let begun = clock.now
                _ = try await rig.caller.fetch(.get("/"))
                return begun.duration(to: clock.now)
            }
        }
        #expect(try await roundTrip("client<->web: partition@t=0s..3s") == .seconds(3))
        #expect(try await roundTrip("client<->web: partition@t=5s..8s") == .zero)
        await #expect(throws: CallError.connectionLost(service: "web", request: "GET /", reason: "no answer came from web:80.")) {
            _ = try await roundTrip("client<->web: partition")
        }
    }

    @Test func oneWayPartitionsLetTheOtherWayThrough() async throws {
        let (sent, received) = try await run(faults: ["client<-web: partition@t=1s..4s"]) { rig in
            let (server, client) = (ByteRecord(), ByteRecord())
            try await rig.serve { Recorder(server, echoes: true) }
            let channel = try await rig.mesh.connect(from: .client("user-1"), to: "web") { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Recorder(client)) }
            }
            let clock = WorldClock()
            let begun = clock.now
            try await Task.sleep(for: .seconds(2))
            channel.writeAndFlush(ByteBuffer(string: "x"), promise: nil)
            _ = await server.wait { $0.bytes.count == 1 }
            let sent = begun.duration(to: clock.now)
            _ = await client.wait { $0.bytes.count == 1 }
            return (sent, begun.duration(to: clock.now))
        }
        #expect(sent == .seconds(2))
        #expect(received == .seconds(4))
    }
}
