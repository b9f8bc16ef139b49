// M2.4: files that a run writes belong to its user.

import Clients
import HTTPTypes
import Kernel
import NIOCore
import Wire
import Worlds

enum ArtifactIsolation {
    static let suiteCase = SuiteCase(
        "isolation/artifacts", "Each user lists and reads the files of their own runs, and no path leads to another's",
        layer: .flows, covers: ["M2.4"], catches: ["artifact-shared"]
    ) { stage in
        let users = stage.users(atLeast: 2)
        let made = await stage.everyUser(of: users) { journey -> (LoggedIn, String) in
            let login = try await journey.logIn()
            return try await journey.withSocket(login) { conversation in
                try await journey.take("ask for a report") {
                    try await conversation.socket.sendUserMessage("Report for \(journey.user) alone", agent: "reporting")
                    try await conversation.receiveRun()
                }
                return (login, conversation.run ?? "")
            }
        }
        for (index, user) in users.enumerated() {
            guard let (login, run) = made[index], let (_, foreign) = made[(index + 1) % users.count] else { continue }
            await stage.journey(user) { try await look($0, login, run, foreign) }
        }
    }

    private static func look(_ journey: Journey, _ login: LoggedIn, _ run: String, _ foreign: String) async throws {
        let (agent, token) = (journey.client.agent, login.accessToken)
        let listed = try await journey.take("list the files") { try await agent.artifacts(token: token) }
        journey.expect(listed.map { "\($0.runID)/\($0.name)" }, ["\(run)/report.md"], "the user's files")
        let text = try await journey.take("read the file") {
            String(buffer: try await agent.artifact("report.md", of: run, token: token))
        }
        journey.check(
            text.contains("Report for \(journey.user) alone"), "the report is not about \(journey.user): \(text.prefix(120))")
        try await journey.take("read another's file") {
            try await journey.expectRefusal("another's file", { [403, 404].contains($0.refusedStatus) }) {
                try await agent.artifact("report.md", of: foreign, token: token)
            }
        }
        try await journey.take("climb out of the folder") {
            for path in ["..%2F..%2Freport.md", "..", "%2e%2e%2f\(foreign)%2freport.md"] {
                let reply = try await journey.client.caller(.agent).fetch(.get("/api/artifacts/\(run)/\(path)").bearer(token))
                journey.check(reply.status.kind == .clientError, "the path \(path) is answered with \(reply.status)")
            }
        }
    }
}
