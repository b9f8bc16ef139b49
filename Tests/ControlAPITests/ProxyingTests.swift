// Proxies over real sockets, driven through the HTTP API: what clients and servers see of each toxic.

import LoopbackTransport
import NIOCore
import TestSupport
import Testing
import Wire

@testable import ControlAPI

@Suite(.timeLimit(.minutes(1))) struct ProxyingTests {
    @Test func bytesPassBothWaysAndHalvesEndAlone() async throws {
        try await ControlRig.run { rig in
            let server = try await rig.serve()
            let client = try await rig.connect(try await rig.proxy("p", to: server.address))
            client.send("question")
            let behind = await server.accepted.wait { !$0.isEmpty }[0]
            _ = await behind.record.wait { $0.text == "question" }
            client.endOutput()
            _ = await behind.record.wait { $0.hasEnded }
            behind.send("answer")
            _ = await client.record.wait { $0.text == "answer" }
            behind.close()
            let seen = await client.record.wait { $0.hasEnded }
            #expect(!seen.wasReset)
        }
    }

    @Test func whatAClientSaysBeforeItLeavesArrives() async throws {
        try await ControlRig.run { rig in
            let server = try await rig.serve()
            let place = try await rig.proxy("p", to: server.address)
            for number in 1...20 {
                let client = try await rig.connect(place)
                client.send("all \(number)")
                client.endOutput()
                let behind = await server.accepted.wait { $0.count == number }[number - 1]
                #expect(await behind.record.wait { $0.hasEnded }.text == "all \(number)")
                behind.close()
            }
        }
    }

    @Test func muchDataArrivesWholeThroughASlicer() async throws {
        try await ControlRig.run { rig in
            let server = try await rig.serve(.echo)
            let client = try await rig.connect(try await rig.proxy("p", to: server.address))
            try await rig.toxic("p", #"{"type":"slicer","attributes":{"average_size":900,"size_variation":300,"delay":10}}"#)
            let text = (0..<60_000).map { "\($0) " }.joined()
            client.send(text)
            #expect(await client.record.wait { $0.bytes.readableBytes >= text.utf8.count }.text == text)
        }
    }

    @Test func whereTheServerDoesNotReadTheClientHasToWait() async throws {
        try await ControlRig.run { rig in
            let server = try await rig.serve()
            let client = try await rig.connect(try await rig.proxy("p", to: server.address))
            let behind = await server.accepted.wait { !$0.isEmpty }[0]
            try await behind.channel.setOption(.autoRead, value: false).get()
            let text = String(repeating: "x", count: 64 << 20)
            let isDone = Recorded(false)
            let written = client.channel.eventLoop.makePromise(of: Void.self)
            written.futureResult.whenComplete { _ in isDone.update { $0 = true } }
            client.channel.writeAndFlush(ByteBuffer(string: text), promise: written)
            // As many requests as it takes time to fill every buffer on the way, were there no end to them.
            for _ in 0..<200 { _ = try await rig.ask("GET", "/version") }
            #expect(!isDone.content)
            try await behind.channel.setOption(.autoRead, value: true).get()
            _ = await behind.record.wait { $0.bytes.readableBytes == text.utf8.count }
        }
    }

    @Test(arguments: ["upstream", "downstream"]) func aResetIsSeenByBothSides(stream: String) async throws {
        try await ControlRig.run { rig in
            let server = try await rig.serve(.echo)
            let place = try await rig.proxy("p", to: server.address)
            let client = try await rig.connect(place)
            try await rig.toxic("p", #"{"type":"reset_peer","stream":"\#(stream)","attributes":{"timeout":20}}"#)
            client.send("a")
            #expect(await client.record.wait { $0.isClosed }.wasReset)
            let behind = await server.accepted.wait { !$0.isEmpty }[0]
            #expect(await behind.record.wait { $0.isClosed }.wasReset)
        }
    }

    @Test func limitDataClosesBothSidesAfterTheLastByte() async throws {
        try await ControlRig.run { rig in
            let server = try await rig.serve(.echo)
            let client = try await rig.connect(try await rig.proxy("p", to: server.address))
            try await rig.toxic("p", #"{"type":"limit_data","attributes":{"bytes":4}}"#)
            client.send("abcdefgh")
            let seen = await client.record.wait { $0.hasEnded }
            #expect(seen.text == "abcd" && !seen.wasReset)
            let behind = await server.accepted.wait { !$0.isEmpty }[0]
            _ = await behind.record.wait { $0.hasEnded }
        }
    }

    @Test func aTimeoutThatIsRemovedClosesBothSides() async throws {
        try await ControlRig.run { rig in
            let server = try await rig.serve()
            let client = try await rig.connect(try await rig.proxy("p", to: server.address))
            client.send("a")
            let behind = await server.accepted.wait { !$0.isEmpty }[0]
            _ = await behind.record.wait { $0.text == "a" }
            try await rig.toxic("p", #"{"type":"timeout","stream":"upstream","name":"to_delete"}"#)
            #expect(try await rig.ask("DELETE", "/proxies/p/toxics/to_delete").status == 204)
            _ = await client.record.wait { $0.hasEnded }
            _ = await behind.record.wait { $0.hasEnded }
        }
    }

    @Test func aTimeoutClosesByItself() async throws {
        try await ControlRig.run { rig in
            let server = try await rig.serve()
            let place = try await rig.proxy("p", to: server.address)
            try await rig.toxic("p", #"{"type":"timeout","attributes":{"timeout":30}}"#)
            let client = try await rig.connect(place)
            let behind = await server.accepted.wait { !$0.isEmpty }[0]
            behind.send("dropped")
            #expect(await client.record.wait { $0.hasEnded }.text == "")
        }
    }

    @Test func aProxyThatIsDownClosesItsConnectionsAndComesBackAtItsPort() async throws {
        try await ControlRig.run { rig in
            let server = try await rig.serve(.echo)
            let place = try await rig.proxy("p", to: server.address)
            let client = try await rig.connect(place)
            client.send("a")
            _ = await client.record.wait { $0.text == "a" }
            #expect(try await rig.ask("POST", "/proxies/p", #"{"enabled":false}"#).json["enabled"] == false)
            _ = await client.record.wait { $0.hasEnded }
            await #expect(throws: TransportError.refused(place)) { try await rig.connect(place) }
            #expect(try await rig.ask("PATCH", "/proxies/p", #"{"enabled":true}"#).json["listen"]?.string == "\(place)")
            let again = try await rig.connect(place)
            again.send("b")
            _ = await again.record.wait { $0.text == "b" }
        }
    }

    @Test func anUpstreamThatRefusesClosesTheClient() async throws {
        try await ControlRig.run { rig in
            let gone = try await rig.serve()
            try await gone.listener.close()
            let client = try await rig.connect(try await rig.proxy("p", to: gone.address))
            #expect(await client.record.wait { $0.hasEnded }.text == "")
            let nowhere = try await rig.ask(
                "POST", "/proxies", #"{"name":"q","listen":"127.0.0.1:0","upstream":"no port"}"#)
            #expect(nowhere.status == 201, "as with Toxiproxy, what is wrong with the upstream shows when somebody connects")
        }
    }

    @Test func theSameSeedSpoilsTheSameConnections() async throws {
        func spoiled(seed: UInt64) async throws -> [Bool] {
            let hits = Recorded<[Bool]>([])
            try await ControlRig.run(seed: seed) { rig in
                let server = try await rig.serve(.echo)
                let place = try await rig.proxy("p", to: server.address)
                try await rig.toxic("p", #"{"type":"limit_data","toxicity":0.5,"attributes":{"bytes":0}}"#)
                for _ in 0..<40 {
                    let client = try await rig.connect(place)
                    client.send("a")
                    let seen = await client.record.wait { $0.hasEnded || $0.text == "a" }
                    hits.update { $0.append(seen.text.isEmpty) }
                    client.close()
                }
            }
            return hits.content
        }
        let first = try await spoiled(seed: 1)
        #expect(try await spoiled(seed: 1) == first)
        #expect(try await spoiled(seed: 2) != first)
        #expect((5...35).contains(first.count { $0 }))
    }
}
