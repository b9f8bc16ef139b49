// Faults of links as both ends see them: bandwidth, pieces, clogs, swizzles, ends that never arrive.

import Faults
import Kernel
import NIOCore
import TestSupport
import Testing
import Wire

@testable import Mesh

/// Writes the size of every read into a record.
private final class ReadSizes: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let record: Recorded<[Int]>

    init(_ record: Recorded<[Int]>) { self.record = record }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let size = unwrapInboundIn(data).readableBytes
        record.update { $0.append(size) }
    }
}

@Suite(.timeLimit(.minutes(2))) struct LinkFaultTests {
    /// When each delivery has arrived, of so many bytes, all written at once; and at which time.
    private func arrivals(_ faults: [String], sizes: [Int], gap: Duration = .zero) async throws -> [Duration] {
        try await MeshRig.run(.simulated, faults: faults) { rig in
            let server = ByteRecord()
            try await rig.serve { Recorder(server) }
            let channel = try await rig.mesh.connect(from: .client("user-1"), to: "web") {
                $0.eventLoop.makeSucceededVoidFuture()
            }
            let clock = WorldClock()
            let begun = clock.now
            let writing = Task {
                for size in sizes {
                    channel.writeAndFlush(ByteBuffer(repeating: 7, count: size), promise: nil)
                    if gap > .zero { try await Task.sleep(for: gap) }
                }
            }
            var arrivals: [Duration] = []
            var sum = 0
            for size in sizes {
                sum += size
                let expected = sum
                _ = await server.wait { $0.bytes.count >= expected }
                arrivals.append(begun.duration(to: clock.now))
            }
            try await writing.value
            return arrivals
        }
    }

    @Test func aLinkCarriesOneDeliveryAfterTheOther() async throws {
        let arrivals = try await arrivals(["client->web: bandwidth(rate=10kB/s)"], sizes: [100, 1000, 50], gap: .milliseconds(1))
        #expect(arrivals == [.milliseconds(10), .milliseconds(110), .milliseconds(115)])
        // A link that was idle carries the next one at once.
        let late = try await self.arrivals(["client->web: bandwidth(rate=10kB/s)"], sizes: [100, 100], gap: .seconds(1))
        #expect(late == [.milliseconds(10), .milliseconds(1010)])
    }

    @Test(arguments: Carrier.allCases) func whatIsWrittenAtOnceComesInPieces(carrier: Carrier) async throws {
        let (sizes, bytes) = try await MeshRig.run(carrier, faults: ["client<-web: rechunk(size=7)"]) { rig in
            let (server, sizes) = (ByteRecord(), Recorded<[Int]>([]))
            try await rig.serve { Recorder(server, echoes: true) }
            let channel = try await rig.mesh.connect(from: .client("user-1"), to: "web") { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(ReadSizes(sizes)) }
            }
            try await channel.writeAndFlush(ByteBuffer(bytes: 0..<30)).get()
            let read = await sizes.wait { $0.reduce(0, +) >= 30 }
            return (read, await server.wait { $0.bytes.count >= 30 }.bytes)
        }
        #expect(sizes == [7, 7, 7, 7, 2])
        #expect(bytes == Array(0..<30))
    }

    @Test(arguments: Carrier.allCases) func piecesKeepTheirBytesInOrder(carrier: Carrier) async throws {
        let sent = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let received = try await MeshRig.run(carrier, faults: ["client<->web: rechunk(size=1, gap=1us)"]) { rig in
            let server = ByteRecord()
            try await rig.serve { Recorder(server) }
            let channel = try await rig.mesh.connect(from: .client("user-1"), to: "web") {
                $0.eventLoop.makeSucceededVoidFuture()
            }
            for start in stride(from: 0, to: 5000, by: 500) {
                channel.writeAndFlush(ByteBuffer(bytes: sent[start..<start + 500]), promise: nil)
            }
            channel.close(promise: nil)
            return await server.wait { $0.hasEnded }.bytes
        }
        #expect(received == sent)
    }

    @Test func aClogHoldsTheWholeLink() async throws {
        let arrivals = try await arrivals(
            ["client->web: clog(time=2s)@2"], sizes: [10, 10, 10, 10], gap: .milliseconds(900))
        #expect(arrivals == [.zero, .milliseconds(2900), .milliseconds(2900), .milliseconds(2900)])
    }

    @Test func aCloggedLinkOpensNoConnection() async throws {
        let waited = try await MeshRig.run(.simulated, faults: ["client->web: clog(time=2s)@1"]) { rig in
            try await rig.serve { Recorder(ByteRecord()) }
            let first = try await rig.mesh.connect(from: .client("user-1"), to: "web") { $0.eventLoop.makeSucceededVoidFuture() }
            first.writeAndFlush(ByteBuffer(string: "a"), promise: nil)
            try await Task.sleep(for: .milliseconds(500))
            let clock = WorldClock()
            let begun = clock.now
            _ = try await rig.mesh.connect(from: .client("user-1"), to: "web") { $0.eventLoop.makeSucceededVoidFuture() }
            return begun.duration(to: clock.now)
        }
        #expect(waited == .milliseconds(1500))
    }

    @Test func aSwizzleLosesNothing() async throws {
        var held: Set<Duration> = []
        for user in 1...12 {
            let fault = "user-\(user)->web: swizzle(share=100)@t=1s..6s"
            let time = try await MeshRig.run(.simulated, faults: [fault]) { rig in
                let server = ByteRecord()
                try await rig.serve { Recorder(server) }
                let channel = try await rig.mesh.connect(from: .client("user-\(user)"), to: "web") {
                    $0.eventLoop.makeSucceededVoidFuture()
                }
                try await Task.sleep(for: .milliseconds(3500))
                channel.writeAndFlush(ByteBuffer(string: "held"), promise: nil)
                _ = await server.wait { $0.bytes.count == 4 }
                return rig.mesh.injector.elapsed
            }
            #expect(time >= .milliseconds(3500) && time <= .seconds(6))
            held.insert(time)
        }
        #expect(held.count > 8, "each link is let go at its own time")
    }

    @Test(arguments: Carrier.allCases) func anEndOfTheCallerThatIsLost(carrier: Carrier) async throws {
        for (faults, ends) in [([], true), (["client->web: half-open@1"], false)] as [([String], Bool)] {
            let (ended, bytes) = try await MeshRig.run(carrier, faults: faults) { rig in
                let server = ByteRecord()
                try await rig.serve { Recorder(server) }
                let channel = try await rig.mesh.connect(from: .client("user-1"), to: "web") {
                    $0.eventLoop.makeSucceededVoidFuture()
                }
                channel.writeAndFlush(ByteBuffer(string: "hello"), promise: nil)
                _ = await server.wait { $0.bytes.count == 5 }
                try await channel.close().get()
                if ends { return (await server.wait { $0.hasEnded }.hasEnded, 5) }
                // Nothing is to come: the virtual hour passes at once, and on loopback the verdict is what counts.
                if carrier == .simulated { try await Task.sleep(for: .seconds(3600)) }
                return (server.content.hasEnded, server.content.bytes.count)
            }
            #expect(ended == ends, "\(faults)")
            #expect(bytes == 5)
        }
    }

    @Test func anEndOfTheCalleeThatIsLost() async throws {
        let (result, waited) = try await MeshRig.run(
            .simulated, faults: ["client<-web: half-open@1"], stallLimit: .seconds(12)
        ) { rig in
            try await rig.serve { SlowWeb(.untilClose) }
            let clock = WorldClock()
            let begun = clock.now
            let result: Result<Int, any Error>
            do { result = .success(try await rig.caller.fetch(.get("/")).body.readableBytes) } catch { result = .failure(error) }
            return (result, begun.duration(to: clock.now))
        }
        // The reader cannot know that all has come: it waits for an end that never comes.
        guard case .failure(CallError.connectionLost("web", _, _)) = result else {
            Issue.record("expected a lost connection, got \(result)")
            return
        }
        #expect(waited >= .seconds(12))
    }
}
