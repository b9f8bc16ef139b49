// S2.1: a WebSocket is open in less than 2 s.

import Clients
import Kernel
import Wire
import Worlds

enum ConnectionTime {
    static let suiteCase = SuiteCase(
        "staging/connection-time", "A WebSocket is open and has welcomed its user in less than 2 s",
        layer: .services, covers: ["S2.1"], catches: ["slow-accept"]
    ) { stage in
        await stage.everyUser { journey in
            let login = try await journey.logIn()
            let begun = journey.clock.now
            try await journey.withSocket(login) { conversation in
                try await journey.take("read the welcome") {
                    _ = try await conversation.receiveMessage("connection_established")
                }
                journey.within(.seconds(2), since: begun, "the connection with its welcome")
            }
        }
    }
}
