// S4.4: what changed is seen at once by everybody who reads it through the cache.

import Clients
import Kernel
import Wire
import Worlds

enum CacheCoherency {
    static let suiteCase = SuiteCase(
        "staging/cache-coherency", "A revoked token and a renamed thread are seen at once by every service that caches them",
        layer: .flows, covers: ["S4.4"], catches: ["cache-stale-read", "title-lost", "logout-keeps-token"]
    ) { stage in
        await stage.everyUser { journey in
            let login = try await journey.logIn()
            let thread = try await journey.take("create a thread") {
                try await journey.client.agent.createThread(title: "first", token: login.accessToken)
            }
            for title in ["second", "third"] {
                try await journey.take("rename the thread to \(title)") {
                    _ = try await journey.client.agent.renameThread(thread.id, to: title, token: login.accessToken)
                    let read = try await journey.client.agent.thread(thread.id, token: login.accessToken)
                    journey.expect(read.title, title, "the title that is read at once")
                }
            }
            let renewed = try await journey.take("refresh") { try await journey.client.auth.refresh(login.tokens.refreshToken) }
            _ = try await journey.take("use the new token") { try await journey.client.agent.threads(token: renewed.accessToken) }
            try await journey.take("log out") { try await journey.client.auth.logout(renewed.accessToken) }
            try await journey.take("use what was revoked, at once") {
                try await journey.expectRefusal("a token of a session that is over", { $0.refusedStatus == 401 }) {
                    try await journey.client.agent.threads(token: renewed.accessToken)
                }
            }
        }
    }
}
