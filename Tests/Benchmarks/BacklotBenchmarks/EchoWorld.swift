// The smallest service with HTTP and a WebSocket, and the clients that call it, over either transport.

import Faults
import Hummingbird
import Kernel
import Logging
import Mesh
import ServiceKit
import Wire

/// Says hello by HTTP and sends every message of a WebSocket back.
struct EchoService: Service {
    let name = "echo"

    var routes: ServiceRoutes { Self.allRoutes }

    private static let allRoutes = ServiceRoutes(of: EchoService.self) { routes in
        routes.get("/hello") { _, _, _ in Response.text("hello") }
    }

    var webSockets: [WebSocketRoute] {
        [
            WebSocketRoute(path: "/echo") { _ in
                .accept(subprotocol: nil) { socket in
                    for await message in socket.messages { try await socket.send(message) }
                }
            }
        ]
    }
}

/// The echo service on a mesh, and what its clients do. Nothing in here knows which transport carries it.
struct EchoWorld: Sendable {
    private let mesh: Mesh
    private let host: ServiceHost
    private let listener: Listener

    init(over transport: any Transport, at address: Address, links: LinkProfile) async throws {
        let chance = Chance(seed: 1)
        let mesh = Mesh(
            over: transport, profile: links, injector: FaultInjector(.none, chance: chance), chance: chance,
            trace: Trace(keepsEvents: false))
        let host = ServiceHost(EchoService(), log: Logger(label: "echo") { _ in SwiftLogNoOpLogHandler() })
        listener = try await mesh.listen("echo", at: address) { host.accept($0) }
        self.mesh = mesh
        self.host = host
    }

    func shutDown() async throws {
        mesh.shutDown()
        try await listener.close()
        await host.shutDown(grace: .seconds(1))
    }

    /// What is exchanged in a benchmark of the wire.
    enum Exchange: String, CaseIterable {
        case http = "HTTP"
        case webSocket = "WebSocket"
    }

    /// Has `connections` clients make `trips` round trips each, at once, every client over a connection of its own.
    func run(_ exchange: Exchange, connections: Int, trips: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...connections {
                let caller = mesh.caller(from: .client("user-\(number)"), to: "echo")
                group.addTask {
                    switch exchange {
                    case .http: try await Self.request(caller, trips)
                    case .webSocket: try await Self.echo(caller, trips)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func request(_ caller: Caller, _ trips: Int) async throws {
        for _ in 0..<trips {
            let reply = try await caller.fetch(.get("/hello"))
            try WrongResult.unless(reply.status == .ok && reply.body.readableBytes == 5, "GET /hello: \(reply.status)")
        }
    }

    private static func echo(_ caller: Caller, _ trips: Int) async throws {
        let socket = try await caller.open(.get("/echo"))
        var messages = socket.messages.makeAsyncIterator()
        let message = WebSocketMessage.text("sixteen letters.")
        for _ in 0..<trips {
            try await socket.send(message)
            let answer = await messages.next()
            try WrongResult.unless(answer == message, "/echo sent \(String(describing: answer)) back")
        }
        try await socket.close()
    }
}
