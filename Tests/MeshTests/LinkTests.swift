// Links carry verdicts out: order under jitter, delays that add up, ends that do not overtake bytes.

import Faults
import Kernel
import NIOCore
import TestSupport
import Testing
import Wire

@testable import Mesh

@Suite(.timeLimit(.minutes(2))) struct LinkTests {
    @Test func bytesNeverOvertakeEachOther() async throws {
        let sent = (0..<600).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 256) }
        for seed in 1...200 as ClosedRange<UInt64> {
            let (there, back) = try await MeshRig.run(
                .simulated, seed: seed, faults: ["client<->web: latency(mean=10ms, jitter=10ms)~50%"],
                profile: LinkProfile(latencyMin: .zero, latencyMax: .milliseconds(3))
            ) { rig in
                let (server, client) = (ByteRecord(), ByteRecord())
                try await rig.serve { Recorder(server, echoes: true) }
                let channel = try await rig.mesh.connect(from: .client("user-1"), to: "web") { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Recorder(client)) }
                }
                for start in stride(from: 0, to: 600, by: 20) {
                    channel.writeAndFlush(ByteBuffer(bytes: sent[start..<start + 20]), promise: nil)
                    try await Task.sleep(for: .microseconds(start * 37 % 1900))
                }
                let back = await client.wait { $0.bytes.count >= 600 || $0.hasEnded }
                return (await server.wait { _ in true }.bytes, back.bytes)
            }
            #expect(there == sent, "seed \(seed)")
            #expect(back == sent, "seed \(seed)")
        }
    }

    @Test func jitterMakesTheDifferenceItSays() async throws {
        // Without it the property above would hold of anything.
        var elapsed: Set<Duration> = []
        for seed in 1...20 as ClosedRange<UInt64> {
            elapsed.insert(try await roundTrip(seed: seed, faults: ["client<->web: latency(mean=10ms, jitter=10ms)"]))
        }
        #expect(elapsed.count == 20)
        #expect(elapsed.allSatisfy { $0 >= .milliseconds(4) && $0 <= .milliseconds(44) })
    }

    @Test func latencyAddsUp() async throws {
        // A round trip for the handshake, then one for the bytes: 1 ms each way.
        #expect(try await roundTrip(faults: []) == .milliseconds(4))
        #expect(try await roundTrip(faults: ["client->web: latency(mean=20ms)"]) == .milliseconds(24))
        #expect(try await roundTrip(faults: ["client<-web: latency(mean=20ms)"]) == .milliseconds(24))
        #expect(try await roundTrip(faults: ["client<->web: latency(mean=20ms)"]) == .milliseconds(44))
        let twoWays = ["client->web: latency(mean=20ms)", "client<-web: latency(mean=300ms)"]
        #expect(try await roundTrip(faults: twoWays) == .milliseconds(324))
        // The first fault whose verdict is not to pass decides.
        let twice = ["client->web: latency(mean=20ms)", "client->web: latency(mean=300ms)"]
        #expect(try await roundTrip(faults: twice) == .milliseconds(24))
        #expect(try await roundTrip(faults: ["client->web: latency(mean=20ms)@2"]) == .milliseconds(4))
    }

    @Test(arguments: [("aa", "bb"), ("", "b"), ("a", ""), (String(repeating: "x", count: 5000), "tail")])
    func whatIsWrittenBeforeAFlushIsOneDelivery(first: String, second: String) async throws {
        // A fault that takes the second delivery takes neither piece of the first.
        for fault in ["client->web: latency(mean=0ms)", "client->web: drop@2"] {
            let received = try await MeshRig.run(.simulated, faults: [fault]) { rig in
                let server = ByteRecord()
                try await rig.serve { Recorder(server) }
                let channel = try await rig.mesh.connect(from: .client("user-1"), to: "web") { channel in
                    channel.eventLoop.makeSucceededVoidFuture()
                }
                channel.write(ByteBuffer(string: first), promise: nil)
                channel.write(ByteBuffer(string: second), promise: nil)
                channel.flush()
                return await server.wait { $0.bytes.count >= first.utf8.count + second.utf8.count }.bytes
            }
            #expect(received == Array((first + second).utf8))
        }
    }

    @Test func everyWebSocketHasMaskKeysOfItsOwn() async throws {
        let keys = try await MeshRig.run(.simulated) { rig in
            let link = LinkName(from: .client("user-1"), to: .service("web"))
            return (0..<50).map { _ in
                let next = rig.mesh.maskKeys(link)
                return [next(), next(), next()]
            }
        }
        #expect(Set(keys).count == 50)
        #expect(keys.allSatisfy { Set($0).count == 3 })
    }

    private func roundTrip(seed: UInt64 = 1, faults: [String]) async throws -> Duration {
        try await MeshRig.run(
            .simulated, seed: seed, faults: faults,
            profile: LinkProfile(latencyMin: .milliseconds(1), latencyMax: .milliseconds(1))
        ) { rig in
            let client = ByteRecord()
            try await rig.serve { Recorder(ByteRecord(), echoes: true) }
            let clock = WorldClock()
            let begun = clock.now
            let channel = try await rig.mesh.connect(from: .client("user-1"), to: "web") { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Recorder(client)) }
            }
            channel.writeAndFlush(ByteBuffer(string: "hello"), promise: nil)
            _ = await client.wait { $0.bytes.count == 5 }
            return begun.duration(to: clock.now)
        }
    }

    @Test(arguments: Carrier.allCases) func whatWasWrittenBeforeTheCloseArrives(carrier: Carrier) async throws {
        let sent = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let profile = LinkProfile(latencyMin: .milliseconds(2), latencyMax: .milliseconds(5))
        let received = try await MeshRig.run(carrier, faults: ["client->web: latency(mean=5ms)"], profile: profile) { rig in
            let server = ByteRecord()
            try await rig.serve { Recorder(server) }
            let channel = try await rig.mesh.connect(from: .client("user-1"), to: "web") {
                $0.eventLoop.makeSucceededVoidFuture()
            }
            for start in stride(from: 0, to: sent.count, by: 10_000) {
                channel.writeAndFlush(ByteBuffer(bytes: sent[start..<start + 10_000]), promise: nil)
            }
            channel.close(promise: nil)
            return await server.wait { $0.hasEnded }
        }
        #expect(received.bytes == sent)
        #expect(received.error == nil)
    }

    @Test(arguments: Carrier.allCases) func whatThePeerWroteBeforeItsCloseArrives(carrier: Carrier) async throws {
        let profile = LinkProfile(latencyMin: .milliseconds(2), latencyMax: .milliseconds(5))
        let size = try await MeshRig.run(carrier, faults: ["client<-web: latency(mean=5ms, jitter=5ms)"], profile: profile) {
            rig in
            try await rig.serve { SlowWeb(.untilClose) }
            return try await rig.caller.fetch(.get("/")).body.readableBytes
        }
        #expect(size == SlowWeb.bodySize)
    }

    @Test func anUnknownServiceIsNamed() async throws {
        await #expect(throws: CallError.unknownService("wob", known: ["web"])) {
            try await MeshRig.run(.simulated) { rig in
                try await rig.serve { SlowWeb(.chunked) }
                _ = try await rig.mesh.caller(from: .client("user-1"), to: "wob").fetch(.get("/"))
            }
        }
    }
}
