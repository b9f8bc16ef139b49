// E5.4: when something fails, the user is told so in words, and the next try works.

import Clients
import Kernel
import Wire
import Worlds

enum ErrorRecovery {
    static let suiteCase = SuiteCase(
        "e2e/error-recovery",
        "A model that is away is reported to the user as an error without internals, and the next question is answered",
        layer: .flows, covers: ["E5.4"], catches: ["fallback-claims-success", "stack-in-error"], needs: [.virtualTime]
    ) { stage in
        await stage.journey("operator") { journey in
            try await journey.take("take the model away") { await journey.world.crash(.llm) }
        }
        let logins = await stage.everyUser { journey -> LoggedIn in
            let login = try await journey.logIn()
            try await journey.withSocket(login) { conversation in
                try await journey.take("ask while the model is away") {
                    try await conversation.socket.sendUserMessage("What does \(journey.user) spend?")
                    try await conversation.receive { frame in
                        if case .event(let event) = frame { event.kind == .error || event.kind == .completed } else { false }
                    }
                }
                guard let last = conversation.events.last else { return }
                journey.expect(last.kind, .error, "how the run ended")
                checkWords(last.data["error_message"]?.string ?? "", journey)
                let status = try await journey.take("ask for the run's status") {
                    try await journey.client.agent.runStatus(last.runID, token: login.accessToken)
                }
                journey.expect(status.status, "failed", "the run's status")
            }
            try await journey.take("ask for a thread that is not there") {
                let call = Call.get("/api/threads/thread_0_00000000").bearer(login.accessToken)
                checkWords(try await journey.client.caller(.agent).fetch(call).text, journey)
            }
            return login
        }
        await stage.journey("operator") { journey in
            try await journey.take("bring the model back") { try await journey.world.restart(.llm) }
            // The callers' circuit breakers leave it alone for a while, and then let one call after the other through to see.
            try await journey.clock.sleep(for: .seconds(61))
        }
        for user in stage.users { await askAgain(stage, [user], logins) }
    }

    private static func askAgain(_ stage: Stage, _ users: [String], _ logins: [LoggedIn?]) async {
        await stage.everyUser(of: users) { journey in
            guard let number = stage.users.firstIndex(of: journey.user), let login = logins[number] else { return }
            try await journey.withSocket(login) { conversation in
                // A caller's circuit breaker may stay open a while longer: a user then tries again.
                for attempt in 1...3 {
                    try await conversation.socket.sendUserMessage("What does \(journey.user) spend?")
                    let end = try await journey.take("ask, attempt \(attempt)") {
                        try await conversation.receive { frame in
                            if case .event(let event) = frame { event.kind == .error || event.kind == .completed } else { false }
                        }
                    }
                    if case .event(let event) = end, event.kind == .completed { return }
                    try await journey.clock.sleep(for: .seconds(61))
                }
                journey.find("three questions after the model came back were not answered")
            }
        }
    }

    /// What is said to a user has words, and nothing of the inside of a service.
    private static func checkWords(_ text: String, _ journey: Journey) {
        journey.check(text.count > 10, "the error says only '\(text)'")
        for trace in ["stack", "Traceback", ".swift", "source_file", "line_number"] {
            journey.check(!text.contains(trace), "the error shows internals ('\(trace)'): \(text.prefix(200))")
        }
    }
}
