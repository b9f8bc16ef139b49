// The page on which a person says who he is and consents.

import HTTPTypes
import Hummingbird
import NIOCore
import Wire

/// A form that sends the request again, with a user.
enum ConsentPage {
    /// The page's HTML for a request. Everything that comes from the request is escaped.
    static func html(_ request: AuthorizationRequest, _ fields: FormFields, _ realm: AuthorizationRealm) -> String {
        let hidden = fields.fields.filter { $0.name != "sub" && $0.name != "deny" }.map {
            "<input type=\"hidden\" name=\"\(escape($0.name))\" value=\"\(escape($0.value))\">"
        }
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>Log in by \(escape(realm.name))</title></head>
            <body>
            <h1>Log in by \(escape(realm.name))</h1>
            <p><b>\(escape(request.clientID))</b> asks for: \(escape(request.scope))</p>
            <form method="post" action="\(escape(realm.path))">
            \(hidden.joined(separator: "\n"))
            <label>User or e-mail address <input name="sub" autofocus></label>
            <button>Allow</button>
            <button name="deny" value="1">Deny</button>
            </form>
            </body></html>

            """
    }

    static func response(_ html: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                // Nobody may put the page in a frame and have it clicked unseen.
                .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
            ], body: .init(byteBuffer: ByteBuffer(string: html)))
    }

    private static func escape(_ text: String) -> String {
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
