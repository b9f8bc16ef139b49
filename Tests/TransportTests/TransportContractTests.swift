// What every transport has to do, tried on each: the simulated one must not be kinder than sockets, or harsher.

import NIOCore
import Synchronization
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct TransportContractTests {
    @Test(arguments: Carrier.allCases) func whereNobodyListensConnectionsAreRefused(carrier: Carrier) async throws {
        try await carrier.run { transport, place in
            let listener = try await transport.listen(place, ChannelRecord())
            _ = try await transport.connect(listener.address, ChannelRecord())
            try await listener.close()
            await #expect(throws: TransportError.refused(listener.address)) {
                _ = try await transport.connect(listener.address, ChannelRecord())
            }
        }
    }

    @Test(arguments: Carrier.allCases) func anAddressHasOneListener(carrier: Carrier) async throws {
        try await carrier.run { transport, place in
            let listener = try await transport.listen(place, ChannelRecord())
            #expect(listener.address.port > 0)
            await #expect(throws: TransportError.addressInUse(listener.address)) {
                _ = try await transport.listen(listener.address, ChannelRecord())
            }
            let other = try await transport.listen(place, ChannelRecord())
            #expect(other.address != listener.address)
            try await listener.close()
            let again = try await transport.listen(listener.address, ChannelRecord())
            #expect(again.address == listener.address)
        }
    }

    @Test(arguments: Carrier.allCases) func aMebibyteComesBackAsItWent(carrier: Carrier) async throws {
        let sent = ByteBuffer(bytes: (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 131 &+ $0 >> 9) })
        let received = try await carrier.run { transport, place in
            let listener = try await transport.listen(place, ChannelRecord(), echoes: true)
            let record = ChannelRecord()
            let channel = try await transport.connect(listener.address, record)
            channel.writeAndFlush(sent, promise: nil)
            return await record.wait { $0.bytes.readableBytes >= 1 << 20 || $0.isInactive }
        }
        #expect(received.bytes == sent)
        #expect(received.error == nil)
    }

    @Test(arguments: Carrier.allCases) func theEndComesAfterTheLastByte(carrier: Carrier) async throws {
        let seen = try await carrier.run { transport, place in
            let (server, client) = (ChannelRecord(), ChannelRecord())
            let listener = try await transport.listen(place, server)
            let channel = try await transport.connect(listener.address, client)
            try await channel.writeAndFlush(ByteBuffer(repeating: 3, count: 100_000))
            try await channel.close()
            return await server.wait { $0.hasInputEnded || $0.isInactive }
        }
        #expect(seen.bytes.readableBytes == 100_000)
        #expect(seen.error == nil, "a close is no error")
    }

    @Test(arguments: Carrier.allCases) func aHalfClosedConnectionStillAnswers(carrier: Carrier) async throws {
        let (asked, answered) = try await carrier.run { transport, place in
            let (server, client) = (ChannelRecord(), ChannelRecord())
            let accepted = Mutex<(any Channel)?>(nil)
            let listener = try await transport.listen(place, server) { channel in accepted.withLock { $0 = channel } }
            let channel = try await transport.connect(listener.address, client)
            try await channel.writeAndFlush(ByteBuffer(string: "question"))
            try await channel.close(mode: .output)
            let asked = await server.wait { $0.hasInputEnded || $0.isInactive }
            let served = try #require(accepted.withLock { $0 })
            try await served.writeAndFlush(ByteBuffer(string: "answer"))
            served.close(promise: nil)
            return (asked, await client.wait { $0.isInactive })
        }
        #expect(String(buffer: asked.bytes) == "question")
        #expect(!asked.isInactive)
        #expect(String(buffer: answered.bytes) == "answer")
        #expect(answered.error == nil)
    }

    @Test(arguments: Carrier.allCases) func writingAfterClosingTheOutputFails(carrier: Carrier) async throws {
        try await carrier.run { transport, place in
            let listener = try await transport.listen(place, ChannelRecord())
            let channel = try await transport.connect(listener.address, ChannelRecord())
            try await channel.close(mode: .output)
            await #expect(throws: ChannelError.outputClosed) {
                try await channel.writeAndFlush(ByteBuffer(string: "too late"))
            }
            try await channel.close()
            await #expect(throws: ChannelError.ioOnClosedChannel) {
                try await channel.writeAndFlush(ByteBuffer(string: "much too late"))
            }
        }
    }

    @Test(arguments: Carrier.allCases) func aResetIsAnErrorToThePeer(carrier: Carrier) async throws {
        let seen = try await carrier.run { transport, place in
            let server = ChannelRecord()
            let listener = try await transport.listen(place, server)
            let channel = try await transport.connect(listener.address, ChannelRecord())
            try await channel.writeAndFlush(ByteBuffer(string: "hello"))
            _ = await server.wait { $0.bytes.readableBytes == 5 }
            try await channel.eventLoop.submit { channel.resetPeer() }.get()
            return await server.wait { $0.isInactive }
        }
        #expect(seen.error != nil)
    }

    @Test(arguments: Carrier.allCases) func aReaderThatDoesNotReadHoldsTheWriter(carrier: Carrier) async throws {
        let (sent, client, received) = try await carrier.run { transport, place in
            let (server, client) = (ChannelRecord(), ChannelRecord())
            let accepted = Mutex<(any Channel)?>(nil)
            let listener = try await transport.listen(place, server, autoRead: false) { channel in
                accepted.withLock { $0 = channel }
            }
            let channel = try await transport.connect(listener.address, client)
            let piece = ByteBuffer(repeating: 9, count: 1 << 16)
            var sent = 0
            while channel.isWritable, sent < 1 << 28 {
                channel.writeAndFlush(piece, promise: nil)
                // The loop has taken the piece when what is submitted after it has run.
                try await channel.eventLoop.submit {}.get()
                sent += piece.readableBytes
            }
            let total = sent
            _ = await client.wait { $0.writability == [false] || total >= 1 << 28 }
            #expect(server.content.bytes.readableBytes == 0)
            let served = try #require(accepted.withLock { $0 })
            try await served.setOption(.autoRead, value: true).get()
            _ = await client.wait { $0.writability.last == true }
            return (total, client.content, await server.wait { $0.bytes.readableBytes >= total })
        }
        #expect(sent < 1 << 28, "the writer was never held")
        #expect(client.writability.first == false)
        #expect(client.writability.last == true)
        #expect(received.bytes.readableBytes == sent)
    }

    @Test(arguments: Carrier.allCases) func manyConnectionsKeepApart(carrier: Carrier) async throws {
        let good = try await carrier.run { transport, place in
            let listener = try await transport.listen(place, ChannelRecord(), echoes: true)
            return try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let record = ChannelRecord()
                        let channel = try await transport.connect(listener.address, record, as: "client-\(number)")
                        let sent = ByteBuffer(string: "\(number) ") + ByteBuffer(repeating: UInt8(number), count: 1024)
                        channel.writeAndFlush(sent, promise: nil)
                        let seen = await record.wait { $0.bytes.readableBytes >= sent.readableBytes || $0.isInactive }
                        try await channel.close()
                        return seen.bytes == sent
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
        }
        #expect(good == 200)
    }
}

private func + (left: ByteBuffer, right: ByteBuffer) -> ByteBuffer {
    var both = left
    both.writeImmutableBuffer(right)
    return both
}
