// M3.3: events wait for each user apart, and come to that user alone.

import Clients
import Kernel
import Wire
import Worlds

enum EventQueues {
    static let suiteCase = SuiteCase(
        "isolation/event-queues", "Events of users who are away wait for each of them apart, all of them, in order",
        layer: .flows, covers: ["M3.3"], catches: ["queue-shared", "resume-loses-queue"]
    ) { stage in
        let users = stage.users(atLeast: 2)
        let runs = await stage.everyUser(of: users) { journey -> (LoggedIn, StartedRun) in
            let login = try await journey.logIn()
            let run = try await journey.take("ask without a socket") {
                try await journey.client.agent.sendMessage("What does \(journey.user) spend?", token: login.accessToken)
            }
            try await journey.take("wait for the run's end") {
                for _ in 1...200 {
                    if try await journey.client.agent.runStatus(run.runID, token: login.accessToken).isEnded { return }
                    try await journey.clock.sleep(for: .milliseconds(100))
                }
                journey.find("the run has not ended within 20 s")
            }
            return (login, run)
        }
        // They come back in the opposite order: who comes first must not get what waits for another.
        for (user, own) in zip(users, runs).reversed() {
            guard let (login, run) = own else { continue }
            await stage.journey(user) { journey in
                let opened = journey.clock.now
                try await journey.withSocket(login) { conversation in
                    try await journey.take("come back and read") { try await conversation.receiveRun() }
                    let events = conversation.events
                    journey.note(EventOrderChecker.check(events))
                    journey.note(
                        IsolationChecker.check(conversation.frames, user: login.userID, thread: run.threadID, run: run.runID))
                    journey.checkRecovered(events, before: opened)
                }
            }
        }
    }
}
