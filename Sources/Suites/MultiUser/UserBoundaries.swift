// M2.1: what belongs to one user is refused to every other.

import Clients
import Kernel
import Wire
import Worlds

enum UserBoundaries {
    static let suiteCase = SuiteCase(
        "isolation/user-boundaries", "Another user's thread, messages and run can neither be read, changed nor deleted",
        layer: .flows, covers: ["M2.1"], catches: ["thread-not-filtered"]
    ) { stage in
        let users = stage.users(atLeast: 2)
        let made = await stage.everyUser(of: users) { journey in try await journey.converse("What does \(journey.user) spend?") }
        for (index, user) in users.enumerated() {
            // Everybody tries what belongs to the next.
            guard let own = made[index], let other = made[(index + 1) % users.count] else { continue }
            await stage.journey(user) { journey in
                try await trespass(journey, own.login, other.exchange)
                let messages = try await journey.take("read one's own thread") {
                    try await journey.client.agent.messages(in: own.exchange.thread.id, token: own.login.accessToken).messages
                }
                journey.expect(messages.count, 2, "the number of messages in one's own thread")
            }
        }
    }

    private static func trespass(_ journey: Journey, _ login: LoggedIn, _ other: Exchange) async throws {
        let (agent, token, thread) = (journey.client.agent, login.accessToken, other.thread.id)
        func isDenied(_ error: any Error) -> Bool { [403, 404].contains(error.refusedStatus) }
        try await journey.take("read another's thread") {
            try await journey.expectRefusal("reading another's thread", isDenied) { try await agent.thread(thread, token: token) }
            try await journey.expectRefusal("reading another's messages", isDenied) {
                try await agent.messages(in: thread, token: token)
            }
        }
        try await journey.take("change another's thread") {
            try await journey.expectRefusal("renaming another's thread", isDenied) {
                try await agent.renameThread(thread, to: "mine", token: token)
            }
            try await journey.expectRefusal("writing into another's thread", isDenied) {
                try await agent.addMessage("hello", to: thread, token: token)
            }
            try await journey.expectRefusal("deleting another's thread", isDenied) {
                try await agent.archiveThread(thread, token: token)
            }
        }
        try await journey.take("look at another's run") {
            try await journey.expectRefusal("another's run", isDenied) { try await agent.runStatus(other.run, token: token) }
        }
    }
}
