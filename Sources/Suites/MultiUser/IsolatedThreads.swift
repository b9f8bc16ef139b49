// M1.3: a user's threads are in nobody else's list.

import Clients
import Kernel
import Wire
import Worlds

enum IsolatedThreads {
    static let suiteCase = SuiteCase(
        "multi_user/isolated-threads", "Each user lists exactly their own threads and reads exactly their own messages",
        layer: .flows, covers: ["M1.3"], catches: ["thread-not-filtered"]
    ) { stage in
        let users = stage.users(atLeast: 2)
        let logins = await stage.everyUser(of: users) { journey -> (LoggedIn, [AgentThread]) in
            let login = try await journey.logIn()
            var threads: [AgentThread] = []
            for number in 1...3 {
                threads.append(
                    try await journey.take("create a thread") {
                        try await journey.client.agent.createThread(
                            title: "\(journey.user), thread \(number)", token: login.accessToken)
                    })
            }
            for thread in threads {
                try await journey.take("write into it") {
                    _ = try await journey.client.agent.addMessage(
                        "\(journey.user) in \(thread.id)", to: thread.id, token: login.accessToken)
                }
            }
            return (login, threads)
        }
        for (user, made) in zip(users, logins) {
            guard let (login, threads) = made else { continue }
            await stage.journey(user) { journey in
                let listed = try await journey.take("list the threads") {
                    try await journey.client.agent.threads(limit: 100, token: login.accessToken)
                }
                journey.expect(Set(listed.map(\.id)), Set(threads.map(\.id)), "the listed threads")
                for thread in threads {
                    let messages = try await journey.take("read a thread") {
                        try await journey.client.agent.messages(in: thread.id, token: login.accessToken).messages
                    }
                    journey.expect(messages.map(\.content), ["\(user) in \(thread.id)"], "the messages of the thread")
                }
            }
        }
    }
}
