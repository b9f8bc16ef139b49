// The page on which a person types in the code that a device shows, says who he is, and decides (RFC 8628 section 3.3).

import Hummingbird

/// A form that asks for a code first, and then for a decision.
enum DevicePage {
    /// Asks for the code; `typed` is what was typed in before, and `problem` what was wrong with it.
    static func asking(_ typed: String = "", problem: String? = nil) -> Response {
        let problem = problem.map { "<p class=\"problem\">\(LoginPage.escape($0))</p>\n" } ?? ""
        return LoginPage.response(
            "Log in to a device",
            """
            \(problem)<form method="get" action="/oauth/device">
            <label>The code that it shows
            <input name="user_code" class="code" value="\(LoginPage.escape(typed.prefix(20)))" autofocus autocomplete="off"></label>
            <div><button>Go on</button></div>
            </form>
            """)
    }

    /// Asks for the decision about a device.
    static func asking(_ userCode: String, of device: DeviceAuthorization) -> Response {
        LoginPage.response(
            "Log in to a device",
            """
            <p>A device that shows the code <b>\(LoginPage.escape(userCode))</b>, with <b>\(LoginPage.escape(device.clientID))</b>
            on it, would like to:</p>
            \(LoginPage.list(ofScopes: device.scope))
            <form method="post" action="/oauth/device">
            \(LoginPage.hidden("user_code", userCode))
            \(LoginPage.decision)
            </form>
            """)
    }

    /// Says that all is done.
    static func done(isDenied: Bool) -> Response {
        LoginPage.response(
            isDenied ? "The device was refused" : "The device is logged in", "<p>You may close this window and go back to it.</p>"
        )
    }
}
