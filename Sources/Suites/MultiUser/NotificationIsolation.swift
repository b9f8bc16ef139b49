// M3.4: what is said to one user at once, answers and notices, is said to no other.

import Clients
import Kernel
import Wire
import Worlds

enum NotificationIsolation {
    static let suiteCase = SuiteCase(
        "isolation/notifications", "Answers and notices that one user causes reach that user's socket alone",
        layer: .flows, covers: ["M3.4"], catches: ["event-misrouted"]
    ) { stage in
        let users = stage.users(atLeast: 2)
        await stage.everyUser(of: users) { journey in
            let login = try await journey.logIn()
            try await journey.withSocket(login) { conversation in
                let own = "\(journey.user)-message"
                try await journey.take("type, ping and ask") {
                    try await conversation.socket.send("typing", messageID: "\(own)-typing")
                    try await conversation.socket.ping(messageID: "\(own)-ping")
                    try await conversation.socket.sendUserMessage(
                        "What does \(journey.user) spend?", messageID: "\(own)-question")
                }
                try await journey.take("read all that comes") { try await conversation.receiveRun() }
                for case .message(let message) in conversation.frames {
                    guard let answered = message.correlationID else { continue }
                    journey.check(answered.hasPrefix(own), "\(message.type) answers \(answered), which somebody else has sent")
                }
                for other in users where other != journey.user {
                    let spoken = conversation.events.map(\.data.text).joined()
                    journey.check(!spoken.contains("\(other) "), "an event speaks of \(other)")
                }
            }
        }
    }
}
