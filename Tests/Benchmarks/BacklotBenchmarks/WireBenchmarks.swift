// HTTP round trips and WebSocket echoes: the same service and client, simulated and over loopback, in one run.

import Benchmark
import Kernel
import LoopbackTransport
import Mesh
import SimulatedTransport
import Wire

/// Every exchange with one connection and with many. A world's links are what its kind has by default: a data centre's
/// in a simulation, none on loopback. The simulation is measured as a whole, thread and start included.
func addWireBenchmarks() {
    for exchange in EchoWorld.Exchange.allCases {
        for connections in [1, 32] {
            let name = "\(exchange.rawValue) x\(connections)"
            let simulated = Figure("\(name) simulated/s")
            let instant = Figure("\(name) simulated without latency/s")
            let loopback = Figure("\(name) loopback/s")
            let ratio = Figure("\(name) simulated:loopback x100")
            Benchmark.figures(name, [simulated, instant, loopback, ratio]) { benchmark in
                let count = 8_000
                let trips = count / connections
                let natural = try timed { try simulate(exchange, connections, trips, .dataCentre) }
                let bare = try timed { try simulate(exchange, connections, trips, .none) }
                let real = try await loop(exchange, connections, trips)
                benchmark.note(simulated, Double(count) / natural.seconds)
                benchmark.note(instant, Double(count) / bare.seconds)
                benchmark.note(loopback, Double(count) / real)
                benchmark.note(ratio, ratio: real / natural.seconds)
            }
        }
    }
}

private func simulate(_ exchange: EchoWorld.Exchange, _ connections: Int, _ trips: Int, _ links: LinkProfile) throws {
    let outcome = Simulation.run(.init(seed: 1)) { simulation in
        let address = Address(host: "echo", port: 80)
        let world = try await EchoWorld(over: SimulatedNetwork(simulation), at: address, links: links)
        try await world.run(exchange, connections: connections, trips: trips)
        try await world.shutDown()
    }
    try outcome.value
}

/// The seconds that the exchange takes on loopback, without the start and the end of the transport.
private func loop(_ exchange: EchoWorld.Exchange, _ connections: Int, _ trips: Int) async throws -> Double {
    let transport = LoopbackTransport()
    let world = try await EchoWorld(over: transport, at: Address(host: "127.0.0.1", port: 0), links: .none)
    let seconds = try await timed { try await world.run(exchange, connections: connections, trips: trips) }.seconds
    try await world.shutDown()
    try await transport.shutDown()
    return seconds
}
