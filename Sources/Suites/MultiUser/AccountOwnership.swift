// M2.1: an account belongs to whoever registered it first.

import Clients
import Kernel
import Wire
import Worlds

enum AccountOwnership {
    static let suiteCase = SuiteCase(
        "isolation/accounts",
        "A second registration of an e-mail address is refused, and the first password goes on to open the account",
        layer: .services, covers: ["M2.1"], catches: ["duplicate-registration"]
    ) { stage in
        await stage.everyUser { journey in
            let auth = journey.client.auth
            let login = try await journey.logIn()
            try await journey.take("register the same address again") {
                try await journey.expectRefusal("a second registration", { $0.refusedStatus == 409 }) {
                    try await auth.register(email: login.email, password: "another long password", name: "somebody else")
                }
            }
            try await journey.take("log in with the second password") {
                try await journey.expectRefusal("the second password", { $0.refusedStatus == 401 }) {
                    try await auth.login(email: login.email, password: "another long password")
                }
            }
            let again = try await journey.take("log in with the first password") {
                try await auth.login(email: login.email, password: login.password)
            }
            journey.expect(again.user?.id, login.userID, "the user of the account")
        }
    }
}
