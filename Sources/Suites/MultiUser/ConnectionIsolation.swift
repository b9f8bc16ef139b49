// M3.2: what happens to one connection leaves the others as they are.

import Clients
import Kernel
import Wire
import Worlds

enum ConnectionIsolation {
    static let suiteCase = SuiteCase(
        "isolation/connections",
        "A user's two sockets both get every event; one that breaks takes neither the other nor another user's",
        layer: .flows, covers: ["M3.2"], catches: ["event-lost", "event-misrouted"]
    ) { stage in
        await stage.everyUser(of: stage.users(atLeast: 2)) { journey in
            let login = try await journey.logIn()
            try await journey.withSocket(login) { first in
                try await journey.withSocket(login) { second in
                    try await journey.withSocket(login) { third in
                        try await journey.take("be welcomed thrice") {
                            _ = try await first.receiveMessage("connection_established")
                            _ = try await second.receiveMessage("connection_established")
                            _ = try await third.receiveMessage("connection_established")
                        }
                        third.socket.connection.abort()
                        let exchange = try await journey.ask("What does \(journey.user) spend?", login, over: &first)
                        journey.checkEvents(exchange, login)
                        try await journey.take("read the other socket") { try await second.receiveRun() }
                        journey.expect(
                            second.events.map(\.sequence), first.events.map(\.sequence), "the events of the second socket")
                    }
                }
            }
        }
    }
}
