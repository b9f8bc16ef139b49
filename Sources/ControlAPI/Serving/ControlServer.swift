// The control API on a port: where Toxiproxy's clients find it.

public import Kernel
import LoopbackTransport
import NIOCore
import NIOHTTP1
public import Wire

/// A TCP proxy with faults on demand, driven by Toxiproxy's HTTP API. It begins without proxies.
///
/// What toxics leave to chance (toxicity, jitter, where a slicer cuts) is keyed by the seed, the proxy, the toxic and the
/// number of the connection, so the same steps under the same seed spoil the same connections.
public final class ControlServer: Sendable {
    /// Where it listens.
    public let address: Address
    private let transport: LoopbackTransport
    private let listener: Listener
    private let desk: ProxyDesk

    /// Listens on 127.0.0.1; 0 takes a free port. Throws `TransportError.addressInUse`.
    public init(port: Int, chance: Chance) async throws {
        let transport = LoopbackTransport()
        let desk = ProxyDesk(transport, chance: chance)
        let identifiers = ChanceSource(chance, actor: "toxiproxy")
        do {
            listener = try await transport.listen(on: Address(host: "127.0.0.1", port: port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withPipeliningAssistance: true, withErrorHandling: true)
                    let handler = ControlHandler(
                        respond: { await desk.respond(to: $0) }, requestID: { identifiers.hex("request id", digits: 16) })
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
        } catch {
            try? await transport.shutDown()
            throw error
        }
        address = listener.address
        self.transport = transport
        self.desk = desk
    }

    /// Closes the API, all proxies and all their connections.
    public func shutDown() async throws {
        try? await listener.close()
        await desk.close()
        try await transport.shutDown()
    }
}
