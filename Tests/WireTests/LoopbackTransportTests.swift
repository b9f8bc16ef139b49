// The loopback transport by itself: addresses that are taken, closed or elsewhere.

import NIOCore
import Testing
import Wire

@testable import LoopbackTransport

struct LoopbackTransportTests {
    @Test func addressesInUseAndRefused() async throws {
        let transport = LoopbackTransport()
        let any = Address(host: "127.0.0.1", port: 0)
        let listener = try await transport.listen(on: any) { $0.eventLoop.makeSucceededVoidFuture() }
        #expect(listener.address.port != 0)
        await #expect(throws: TransportError.addressInUse(listener.address)) {
            _ = try await transport.listen(on: listener.address) { $0.eventLoop.makeSucceededVoidFuture() }
        }
        let channel = try await transport.connect(to: listener.address, as: "a") { $0.eventLoop.makeSucceededVoidFuture() }
        #expect(channel.isActive)
        try await listener.close()
        try await listener.close()
        await #expect(throws: TransportError.refused(listener.address)) {
            _ = try await transport.connect(to: listener.address, as: "b") { $0.eventLoop.makeSucceededVoidFuture() }
        }
        try await transport.shutDown()
    }

    @Test func nothingIsReachedAfterTheEnd() async throws {
        let transport = LoopbackTransport()
        let listener = try await transport.listen(on: Address(host: "127.0.0.1", port: 0)) {
            $0.eventLoop.makeSucceededVoidFuture()
        }
        // Connections that are being opened meanwhile are opened or refused, and none traps.
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<40 {
                group.addTask {
                    if number == 20 { try? await transport.shutDown() }
                    do {
                        _ = try await transport.connect(to: listener.address, as: "a") { $0.eventLoop.makeSucceededVoidFuture() }
                        return true
                    } catch { return error as? TransportError == .refused(listener.address) }
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(outcomes == Array(repeating: true, count: 40))
        await #expect(throws: TransportError.refused(listener.address)) {
            _ = try await transport.connect(to: listener.address, as: "b") { $0.eventLoop.makeSucceededVoidFuture() }
        }
    }

    @Test func otherMachinesAreOutOfReach() async throws {
        let transport = LoopbackTransport()
        for host in ["0.0.0.0", "10.0.0.1", "example.com", "::1"] {
            let address = Address(host: host, port: 80)
            await #expect(throws: NotLoopbackError(address: address)) {
                _ = try await transport.connect(to: address, as: "a") { $0.eventLoop.makeSucceededVoidFuture() }
            }
            await #expect(throws: NotLoopbackError(address: address)) {
                _ = try await transport.listen(on: address) { $0.eventLoop.makeSucceededVoidFuture() }
            }
        }
        try await transport.shutDown()
    }

    @Test func aFailedSetUpFailsTheConnection() async throws {
        struct Unwilling: Error {}
        let transport = LoopbackTransport()
        let local = Address(host: "localhost", port: 0)
        let listener = try await transport.listen(on: local) { $0.eventLoop.makeSucceededVoidFuture() }
        await #expect(throws: Unwilling.self) {
            _ = try await transport.connect(to: listener.address, as: "a") { $0.eventLoop.makeFailedFuture(Unwilling()) }
        }
        try await transport.shutDown()
    }
}
