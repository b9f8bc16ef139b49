// M2.2: what the database is asked is bound to the user who asks.

import Clients
import Kernel
import StoreKit
import Wire
import Worlds

enum FilteredQueries {
    static let suiteCase = SuiteCase(
        "isolation/filtered-queries", "Pages of threads and messages hold exactly the user's own rows, in number and in content",
        layer: .flows, covers: ["M2.2"], catches: ["thread-not-filtered"]
    ) { stage in
        let users = stage.users(atLeast: 3)
        let made = await stage.everyUser(of: users) { journey -> (LoggedIn, Set<String>) in
            let login = try await journey.logIn()
            var ids: Set<String> = []
            // Each user has another number of threads, so that a mixed-up count shows.
            for number in 0...(users.firstIndex(of: journey.user) ?? 0) % 7 {
                let thread = try await journey.take("create a thread") {
                    try await journey.client.agent.createThread(title: "thread \(number)", token: login.accessToken)
                }
                ids.insert(thread.id)
            }
            return (login, ids)
        }
        for (user, own) in zip(users, made) {
            guard let (login, ids) = own else { continue }
            await stage.journey(user) { journey in
                var seen: [String] = []
                try await journey.take("read page by page") {
                    while true {
                        let page = try await journey.client.agent.threads(limit: 2, offset: seen.count, token: login.accessToken)
                        seen += page.map(\.id)
                        // One page too many would show what belongs to others.
                        if page.isEmpty || seen.count > 20 { break }
                    }
                }
                journey.expect(seen.count, ids.count, "the number of threads on all pages")
                journey.expect(Set(seen), ids, "the threads on all pages")
                let rows = try await journey.take("count the rows") {
                    try await journey.world.relational.query(
                        "SELECT count(*) AS n FROM threads WHERE metadata_ ->> 'user_id' = $1", [.text(login.userID)])
                }
                journey.expect(rows.first?["n"].integer, Int64(ids.count), "the number of the user's rows in the database")
            }
        }
    }
}
