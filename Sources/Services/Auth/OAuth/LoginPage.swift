// What the pages have in common on which persons log in, consent and log out.

import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A page in a frame of its own: a card in the middle of the window.
enum LoginPage {
    /// A page. `body` is HTML, in which everything that comes from a request is escaped.
    static func response(_ title: String, _ body: String) -> Response {
        let html = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(escape(title))</title><style>\(style)</style></head>
            <body><main><h1>\(escape(title))</h1>
            \(body)
            <footer>Played by Backlot: whatever name you give, you are that user.</footer></main></body></html>

            """
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                // Nobody may put the page in a frame and have it clicked unseen.
                .contentSecurityPolicy: "default-src 'none'; style-src 'sha256-\(styleHash)'; frame-ancestors 'none'",
            ], body: .init(byteBuffer: ByteBuffer(string: html)))
    }

    /// What an application asks for, in words, as a list.
    static func list(ofScopes scope: String) -> String {
        let items = scope.split(separator: " ").map { "<li>\(escape(words[String($0)] ?? "use \($0)"))</li>" }
        return "<ul>\(items.joined())</ul>"
    }

    private static let words = [
        "openid": "know who you are", "profile": "see your name", "email": "see your e-mail address",
        "offline_access": "act while you are away", "read": "read your data", "write": "change your data",
    ]

    /// A hidden field of a form.
    static func hidden(_ name: String, _ value: String) -> String {
        "<input type=\"hidden\" name=\"\(escape(name))\" value=\"\(escape(value))\">"
    }

    /// The field for the user's name, and the buttons.
    static let decision = """
        <label>User name or e-mail address <input name="sub" autofocus autocomplete="username"></label>
        <div><button>Allow</button><button name="deny" value="1" class="plain">Deny</button></div>
        """

    private static let style = """
        :root { color-scheme: light dark; --card: #fff; --page: #eef1f5; --text: #1c2330; --soft: #5b6576; --accent: #2457d6 }
        @media (prefers-color-scheme: dark) {
          :root { --card: #1b212c; --page: #10141b; --text: #e8ecf3; --soft: #98a3b5; --accent: #7ea2ff } }
        body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--text);
          font: 16px/1.5 system-ui, sans-serif }
        main { box-sizing: border-box; background: var(--card); width: min(26rem, 92vw); padding: 2rem; border-radius: 12px;
          box-shadow: 0 8px 32px rgb(0 0 0 / 12%) }
        h1, p { overflow-wrap: anywhere } h1 { font-size: 1.35rem; margin: 0 0 .75rem } ul { padding-left: 1.2rem; margin: .25rem 0 1.25rem }
        label { display: block; font-size: .9rem; color: var(--soft) }
        input:not([type=hidden]) { box-sizing: border-box; width: 100%; margin: .25rem 0 1rem; padding: .6rem .7rem; font: inherit;
          color: var(--text); background: transparent; border: 1px solid var(--soft); border-radius: 8px }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px }
        input.code { font: 1.4rem/1.4 ui-monospace, monospace; letter-spacing: .12em; text-transform: uppercase }
        div { display: flex; gap: .6rem }
        button { flex: 1; padding: .6rem; font: inherit; border-radius: 8px; border: 1px solid var(--accent);
          background: var(--accent); color: var(--card); cursor: pointer }
        button.plain { background: transparent; color: var(--accent) } .problem { color: #c43c2d }
        footer { margin-top: 1.5rem; font-size: .8rem; color: var(--soft) }
        """

    /// The pages' one style is allowed by its hash (CSP Level 3, section 6.6.2.3), and no other.
    private static let styleHash = Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()

    /// A text that stands for itself in HTML, within quotes too.
    static func escape(_ text: some StringProtocol) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
