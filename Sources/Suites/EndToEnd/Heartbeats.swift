// E2.4: a quiet connection is kept alive, as often as the service says.

import Clients
import Kernel
import Wire
import Worlds

enum Heartbeats {
    static let suiteCase = SuiteCase(
        "e2e/heartbeats", "A quiet socket gets heartbeats as often as /ws/config says, and stays open",
        layer: .services, covers: ["E2.4"], catches: ["heartbeat-missing"], needs: [.virtualTime]
    ) { stage in
        await stage.everyUser { journey in
            let login = try await journey.logIn()
            let limits = try await journey.take("ask for the limits") { try await journey.client.events.limits() }
            let interval = limits["heartbeat_interval"]?.double ?? 0
            guard journey.check(interval > 0, "the service names no heartbeat interval") else { return }
            try await journey.withSocket(login) { conversation in
                for number in 1...3 {
                    let begun = journey.clock.now
                    try await journey.take("wait for a heartbeat") {
                        _ = try await conversation.receiveMessage("heartbeat", within: .seconds(interval * 2))
                    }
                    let waited = begun.duration(to: journey.clock.now)
                    journey.check(
                        number == 1 || waited <= .seconds(interval * 1.1),
                        "a heartbeat came after \(waited), promised every \(interval) s")
                }
                try await journey.take("say goodbye") { try await conversation.close() }
            }
        }
    }
}
