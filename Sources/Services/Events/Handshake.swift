// The upgrade request of `/ws`: which subprotocol is spoken, and where the token is. Decided before the 101.

import HTTPTypes
import ServiceKit

/// What an upgrade request offers.
struct Handshake: Equatable {
    /// Subprotocols that carry no token but are known to clients of this service.
    private static let namedSubprotocols: Set<String> = [
        "jwt-auth", "jwt", "bearer", "e2e-testing", "staging-auth", "agent_chat",
    ]
    /// What stands before the token in a subprotocol that carries one.
    private static let tokenPrefixes = ["jwt.", "jwt-auth.", "bearer."]
    /// A text no longer than this is no token.
    private static let tokenLengthMin = 10

    /// The access token: of a subprotocol, else of `Authorization`. A token in the query does not count: it would
    /// end in logs.
    let token: String?
    /// The subprotocol that the answer names: `jwt-auth` if offered, else the one with the token, whole, else the
    /// first known one; nil where none was offered.
    let subprotocol: String?
    /// Whether subprotocols were offered, and none of them is known.
    let isUnsupported: Bool
    /// The sequence of the last event that the client has had: `?last_sequence=`.
    let lastSequence: Int?
    /// Whether `last_sequence`, if given, is a whole number from 0.
    let isSequenceReadable: Bool

    init(_ request: HTTPRequest) {
        let offered = (request.headerFields[.secWebSocketProtocol] ?? "").split(separator: ",")
            .map(Self.trimmed)
            .filter { !$0.isEmpty }
        let carrier = offered.lazy.compactMap { name in Self.token(in: name).map { (name: name, token: $0) } }.first
        token = carrier?.token ?? request.headerFields.bearerToken
        subprotocol =
            offered.contains("jwt-auth")
            ? "jwt-auth" : carrier?.name ?? offered.first { Self.namedSubprotocols.contains($0) }
        isUnsupported = !offered.isEmpty && subprotocol == nil
        let named = Self.query(request, "last_sequence")
        lastSequence = named.flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
        isSequenceReadable = named == nil || lastSequence != nil
    }

    /// The first value of a name in the query, as it stands there.
    private static func query(_ request: HTTPRequest, _ name: String) -> Substring? {
        let parts = (request.path ?? "").split(separator: "?", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        return parts[1].split(separator: "&").lazy.compactMap { pair -> Substring? in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return halves[0] == name ? (halves.count == 2 ? halves[1] : "") : nil
        }.first
    }

    /// The token in a subprotocol such as `jwt.<token>`. A JWT goes as it is (its dots are legal there) or, as
    /// browsers' code often does, once more in base64url.
    private static func token(in subprotocol: String) -> String? {
        guard let prefix = tokenPrefixes.first(where: subprotocol.hasPrefix) else { return nil }
        let text = String(subprotocol.dropFirst(prefix.count))
        guard text.utf8.count > tokenLengthMin else { return nil }
        if text.utf8.contains(UInt8(ascii: ".")) { return text }
        // Padding may be there or not.
        let digits = text.utf8.prefix { $0 != UInt8(ascii: "=") }
        return Base64URL.decode(digits).flatMap { String(validating: $0, as: UTF8.self) } ?? text
    }

    /// The text without the spaces around it. By bytes: a subprotocol may be a long token.
    private static func trimmed(_ text: Substring) -> String {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var rest = text.utf8.drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return String(Substring(rest))
    }
}
