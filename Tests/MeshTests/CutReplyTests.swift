// Replies that faults cut: an error for the reader, never a short success, in every framing and on either transport.

import Faults
import Kernel
import Mesh
import NIOCore
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(2))) struct CutReplyTests {
    /// What a reader gets: the size of the body, or the error.
    private func read(
        _ carrier: Carrier, _ framing: SlowWeb.Framing, faults: [String], stallLimit: Duration = .seconds(30)
    ) async throws -> Result<Int, any Error> {
        try await MeshRig.run(carrier, faults: faults, stallLimit: stallLimit) { rig in
            try await rig.serve { SlowWeb(framing) }
            do { return .success(try await rig.caller.fetch(.get("/")).body.readableBytes) } catch { return .failure(error) }
        }
    }

    @Test(arguments: Carrier.allCases, SlowWeb.Framing.allCases)
    func withoutFaultsTheBodyIsWhole(carrier: Carrier, framing: SlowWeb.Framing) async throws {
        #expect(try await read(carrier, framing, faults: []).get() == SlowWeb.bodySize)
    }

    @Test(arguments: Carrier.allCases, SlowWeb.Framing.allCases)
    func aResetInMidBodyIsAnError(carrier: Carrier, framing: SlowWeb.Framing) async throws {
        for occurrence in [1, 2, 5] {
            let result = try await read(carrier, framing, faults: ["client<-web: reset@\(occurrence)"])
            expectLost(result, "delivery \(occurrence)")
        }
    }

    @Test(arguments: Carrier.allCases) func aResetOfTheRequestIsAnError(carrier: Carrier) async throws {
        expectLost(try await read(carrier, .contentLength, faults: ["client->web: reset@1"]), "request")
    }

    @Test(arguments: Carrier.allCases) func theStreamsReaderGetsTheErrorAfterWhatCame(carrier: Carrier) async throws {
        let (size, error) = try await MeshRig.run(carrier, faults: ["client<-web: reset@4"]) { rig in
            try await rig.serve { SlowWeb(.chunked) }
            let reply = try await rig.caller.send(.get("/"))
            var size = 0
            do {
                for try await piece in reply.body { size += piece.readableBytes }
                return (size, nil as CallError?)
            } catch let error as CallError {
                return (size, error)
            }
        }
        #expect(size < SlowWeb.bodySize)
        guard case .connectionLost("web", "GET /", _)? = error else {
            Issue.record("expected a lost connection, got \(String(describing: error))")
            return
        }
    }

    @Test func aServerThatIsResetSeesAnErrorToo() async throws {
        for carrier in Carrier.allCases {
            let record = try await MeshRig.run(carrier, faults: ["client->web: reset@2"]) { rig in
                let record = ByteRecord()
                try await rig.serve { Recorder(record) }
                let channel = try await rig.mesh.connect(from: .client("user-1"), to: "web") {
                    $0.eventLoop.makeSucceededVoidFuture()
                }
                channel.writeAndFlush(ByteBuffer(string: "first"), promise: nil)
                _ = await record.wait { $0.bytes.count == 5 }
                channel.writeAndFlush(ByteBuffer(string: "second"), promise: nil)
                return await record.wait { $0.hasEnded }
            }
            #expect(record.bytes == Array("first".utf8))
            #expect(record.error != nil, "\(carrier): a reset is no ordinary end")
        }
    }

    @Test(arguments: ["client->web: drop@1", "client<-web: drop@1", "client<-web: drop@5"])
    func whatIsDroppedEndsAfterTheStallLimit(fault: String) async throws {
        let (result, waited) = try await MeshRig.run(.simulated, faults: [fault], stallLimit: .seconds(12)) { rig in
            try await rig.serve { SlowWeb(.contentLength) }
            let clock = WorldClock()
            let begun = clock.now
            let result: Result<Int, any Error>
            do {
                result = .success(try await rig.caller.fetch(.get("/")).body.readableBytes)
            } catch { result = .failure(error) }
            return (result, begun.duration(to: clock.now))
        }
        expectLost(result, fault)
        #expect(waited >= .seconds(12) && waited < .seconds(13), "\(waited)")
    }

    @Test func aDropOnLoopbackEndsAfterTheStallLimit() async throws {
        let result = try await read(
            .loopback, .contentLength, faults: ["client<-web: drop@3"], stallLimit: .milliseconds(200))
        expectLost(result, "drop")
    }

    @Test(arguments: ["client->web: drop@1", "client<-web: drop@1"])
    func anUpgradeThatIsNeverAnsweredEndsToo(fault: String) async throws {
        let waited = try await MeshRig.run(.simulated, faults: [fault], stallLimit: .seconds(12)) { rig in
            try await rig.serve { SlowWeb(.contentLength) }
            let clock = WorldClock()
            let begun = clock.now
            await #expect(throws: CallError.self) { _ = try await rig.caller.open(.get("/")) }
            return begun.duration(to: clock.now)
        }
        #expect(waited >= .seconds(12) && waited < .seconds(13), "\(waited)")
    }

    @Test func anIdleConnectionIsNotStalled() async throws {
        let sizes = try await MeshRig.run(.simulated, stallLimit: .seconds(2)) { rig in
            try await rig.serve { SlowWeb(.contentLength) }
            let first = try await rig.caller.fetch(.get("/")).body.readableBytes
            try await Task.sleep(for: .seconds(60))
            return [first, try await rig.caller.fetch(.get("/")).body.readableBytes]
        }
        #expect(sizes == [SlowWeb.bodySize, SlowWeb.bodySize])
    }

    @Test func aReaderThatTakesItsTimeIsNotStalled() async throws {
        let size = try await MeshRig.run(.simulated, stallLimit: .seconds(2)) { rig in
            try await rig.serve { FloodingWeb() }
            let reply = try await rig.caller.send(.get("/"))
            var pieces = reply.body.makeAsyncIterator()
            var size = try await pieces.next()?.readableBytes ?? 0
            // The connection is held back meanwhile, and it is not the peer's fault that nothing comes.
            try await Task.sleep(for: .seconds(60))
            while let piece = try await pieces.next() { size += piece.readableBytes }
            return size
        }
        #expect(size == FloodingWeb.bodySize)
    }

    private func expectLost(_ result: Result<Int, any Error>, _ what: String) {
        guard case .failure(let error as CallError) = result, case .connectionLost("web", "GET /", let reason) = error else {
            Issue.record("\(what): expected a lost connection, got \(result)")
            return
        }
        #expect(!reason.isEmpty)
    }
}
