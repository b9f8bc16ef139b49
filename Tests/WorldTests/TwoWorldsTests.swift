// One test body, two worlds: the same client code and the same expectations, simulated and on loopback.

import Clients
import Kernel
import Testing
import Wire
import Worlds

/// What one user saw of the services.
private struct Visit: Sendable, Equatable {
    var registered: String?
    var loggedIn: String?
    var renamedTo: String?
    var keptTitle: String?
    var statusOfAnothersThread: Int?
    var statusOfAnothersRename: Int?
    var statusOfWrongPassword: Int?
    var statusOfNoToken: Int?
    var firstFrame: String?
    var pongAnswers: String?
}

/// The status of an answer that is no success.
private func status(_ body: () async throws -> some Any) async throws -> Int? {
    do {
        _ = try await body()
        return 200
    } catch CallError.unexpectedStatus(_, _, let status, _) {
        return status
    } catch CallError.upgradeRefused(_, let status, _) {
        return status
    }
}

@Sendable private func look(_ world: World) async throws -> Visit {
    var visit = Visit()
    let (mia, leo) = (world.client("user-1"), world.client("user-2"))
    visit.registered = try await mia.auth.register(email: "mia@example.com", password: "a long passphrase", name: "Mia").user?
        .name
    let login = try await mia.auth.login(email: "mia@example.com", password: "a long passphrase")
    visit.loggedIn = login.user?.email
    visit.statusOfWrongPassword = try await status {
        try await mia.auth.login(email: "mia@example.com", password: "another passphrase")
    }
    let other = try await leo.auth.register(email: "leo@example.com", password: "a longer passphrase", name: "Leo")

    let thread = try await mia.agent.createThread(title: "First title", token: login.accessToken)
    visit.renamedTo = try await mia.agent.renameThread(thread.id, to: "Second title", token: login.accessToken).title
    visit.statusOfAnothersThread = try await status { try await leo.agent.thread(thread.id, token: other.accessToken) }
    visit.statusOfAnothersRename = try await status {
        try await leo.agent.renameThread(thread.id, to: "Leo's now", token: other.accessToken)
    }
    visit.keptTitle = try await mia.agent.thread(thread.id, token: login.accessToken).title
    visit.statusOfNoToken = try await status { try await mia.events.connect(token: "no.token.this") }

    let socket = try await mia.events.connect(token: login.accessToken)
    defer { socket.connection.abort() }
    try await socket.ping(messageID: "ping-1")
    for await frame in socket.frames {
        guard case .message(let message) = frame else { continue }
        if visit.firstFrame == nil { visit.firstFrame = message.type }
        if message.type == "pong" {
            visit.pongAnswers = message.correlationID
            break
        }
    }
    try await socket.close()
    return visit
}

/// Open connections with a socket, and after it.
@Sendable private func openConnections(_ world: World) async throws -> [Int] {
    let client = world.client("user-1")
    let login = try await client.auth.register(email: "mia@example.com", password: "a long passphrase", name: "Mia")
    let socket = try await client.events.connect(token: login.accessToken)
    let during = world.openConnections
    try await socket.close()
    // The service learns of the close on a loop of its own, so it is asked a few times.
    for _ in 0..<200 where world.openConnections >= during { try await world.clock.sleep(for: .milliseconds(10)) }
    return [during, world.openConnections]
}

@Suite(.timeLimit(.minutes(2))) struct TwoWorldsTests {
    @Test(arguments: WorldKind.allCases) func theSameBodySeesTheSame(kind: WorldKind) async throws {
        let visit = try await inWorld(try blueprint(kind), look)
        #expect(visit.registered == "Mia")
        #expect(visit.loggedIn == "mia@example.com")
        #expect(visit.statusOfWrongPassword == 401)
        #expect(visit.renamedTo == "Second title")
        #expect(visit.keptTitle == "Second title")
        #expect(visit.statusOfAnothersThread == 403)
        #expect(visit.statusOfAnothersRename == 403)
        #expect(visit.statusOfNoToken == 401)
        #expect(visit.firstFrame == "connection_established")
        #expect(visit.pongAnswers == "ping-1")
    }

    @Test(arguments: WorldKind.allCases) func nothingStaysOpenOnceItIsClosed(kind: WorldKind) async throws {
        let open = try await inWorld(try blueprint(kind), openConnections)
        #expect(open[1] == open[0] - 1, "\(open)")
    }

    @Test func aSocketMayBeSilentForLong() async throws {
        let answer = try await inWorld(try blueprint()) { world in
            let client = world.client("user-1")
            let login = try await client.auth.register(email: "mia@example.com", password: "a long passphrase", name: "Mia")
            let socket = try await client.events.connect(token: login.accessToken)
            defer { socket.connection.abort() }
            try await socket.ping(messageID: "first")
            try await world.clock.sleep(for: .seconds(100))
            try await socket.ping(messageID: "second")
            var answered: [String] = []
            for await frame in socket.frames {
                if case .message(let message) = frame, message.type == "pong", let id = message.correlationID {
                    answered.append(id)
                }
                if answered.count == 2 { break }
            }
            return answered
        }
        #expect(answer == ["first", "second"])
    }
}
