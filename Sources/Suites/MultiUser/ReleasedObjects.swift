// M4.4: objects are gone when their last owner is.

import Clients
import Kernel
import Wire
import Worlds

enum ReleasedObjects {
    static let suiteCase = SuiteCase(
        "multi_user/released-objects", "When a user lets go of a socket its object is released, and the tasks that served it end",
        layer: .flows, covers: ["M4.4"], catches: ["run-leak", "connection-leak", "timer-leak"]
    ) { stage in
        await stage.journey("operator") { journey in
            try await journey.settle()
            // The first visitor fills pools; what the second leaves behind is counted.
            for visitor in ["first", "second"] {
                let before = try await Census.take(journey)
                let left = try await visit(journey, visitor)
                try await journey.settle()
                let after = try await Census.take(journey)
                journey.check(left.connection == nil, "the socket's object of the \(visitor) visitor is still there")
                if visitor == "second" { journey.expect("\(after)", "\(before)", "what is held after the visit") }
                journey.expect(after.runs, 0, "the number of runs held after the visit")
                journey.expect(after.connections, 0, "the number of WebSockets held after the visit")
            }
        }
    }

    private final class Left: @unchecked Sendable {  // because one task alone touches it
        weak var connection: WebSocketConnection?
    }

    private static func visit(_ journey: Journey, _ visitor: String) async throws -> Left {
        let left = Left()
        let guest = Journey("\(journey.user)-\(visitor)", in: journey.world)
        let login = try await guest.logIn()
        try await guest.withSocket(login) { conversation in
            left.connection = conversation.socket.connection
            let exchange = try await guest.ask("What does it cost?", login, over: &conversation)
            guest.checkEvents(exchange, login)
        }
        try await guest.leave(login)
        journey.note(guest.report.findings.map(\.description))
        return left
    }
}
