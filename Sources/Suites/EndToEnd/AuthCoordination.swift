// E1.4: the other services act on what auth says, and say so when auth says nothing.

import Clients
import Kernel
import Wire
import Worlds

enum AuthCoordination {
    static let suiteCase = SuiteCase(
        "e2e/auth-coordination",
        "Services refuse what auth refuses, and answer 503 while auth is away: never as if all were well",
        layer: .flows, covers: ["E1.4"], catches: ["service-secret-unchecked", "signature-unchecked"]
    ) { stage in
        await stage.everyUser { journey in
            let login = try await journey.logIn()
            try await journey.take("show agent a token that is none") {
                for token in ["not.a.token", login.tokens.refreshToken, login.accessToken.dropLast(4) + "AAAA"] {
                    try await journey.expectRefusal("agent's use of a bad token", { $0.refusedStatus == 401 }) {
                        try await journey.client.agent.threads(token: String(token))
                    }
                }
            }
            try await journey.take("ask for a service's token with a wrong secret") {
                try await journey.expectRefusal("a wrong service secret", { $0.refusedStatus == 401 }) {
                    try await journey.client.auth.serviceToken(id: "backlot-backend", secret: "a wrong secret")
                }
            }
        }
        await stage.journey("operator") { journey in
            let login = try await journey.logIn()
            try await journey.take("take auth away") { await journey.world.crash(.auth) }
            try await journey.take("ask agent while auth is away") {
                try await journey.expectRefusal("agent's use of an unchecked token", { $0.refusedStatus == 503 }) {
                    try await journey.client.agent.threads(token: login.accessToken)
                }
            }
            try await journey.take("bring auth back") { try await journey.world.restart(.auth) }
            try await journey.take("ask agent again") { _ = try await journey.client.agent.threads(token: login.accessToken) }
        }
    }
}
