// A browser, as far as logging in needs one: it follows redirects and keeps cookies.

import Foundation
import HTTPTypes
import NIOCore
import Synchronization
public import Wire

/// Follows redirects among some services, and keeps their cookies (RFC 6265).
///
/// Each service is the origin `http://<its name>`. A redirect to any other origin ends the walk: the page is where the
/// browser would go, and nobody is asked for it. Cookies last until the browser is gone or the service removes them.
public final class Browser: Sendable {
    /// Where a walk ended.
    public struct Page: Sendable {
        /// The address: `http://auth/oauth/authorize?client_id=...`.
        public let url: String
        /// The response, unless the page is of none of the services.
        public let reply: Reply?
        /// All addresses on the way, the first one and the last one among them.
        public let visited: [String]

        /// The fields of the address's query.
        public var query: FormFields { FormFields(url.split(separator: "?", maxSplits: 1).dropFirst().first ?? "") }
        /// The address without its query.
        public var place: String { String(url.prefix { $0 != "?" && $0 != "#" }) }
    }

    private struct Cookie {
        let origin: String
        let path: String
        let name: String
        let value: String
    }

    /// A walk of more redirects is a circle.
    private static let redirectLimit = 10

    private let callers: [String: Caller]
    private let home: String
    private let jar = Mutex<[Cookie]>([])

    /// A browser that reaches some services, the first of which is where paths without an origin are. Traps where there
    /// is none.
    public init(_ callers: Caller...) {
        home = "http://" + callers[0].service
        self.callers = Dictionary(callers.map { ("http://" + $0.service, $0) }) { first, _ in first }
    }

    /// The cookies that a service would be sent for a path, by name.
    public func cookies(for path: String) -> [String: String] {
        let (origin, path) = Self.split(resolve(path, from: home))
        return Dictionary(fitting(origin, path).map { ($0.name, $0.value) }) { first, _ in first }
    }

    /// Goes to an address or a path, and on to wherever it is sent. Throws ``Wire/CallError``.
    public func get(_ address: String) async throws -> Page { try await walk(.get, address, form: nil) }

    /// Sends a form to an address or a path, and goes on to wherever that leads. Throws ``Wire/CallError``.
    public func post(_ address: String, form: FormFields) async throws -> Page { try await walk(.post, address, form: form) }

    private func walk(_ method: HTTPRequest.Method, _ address: String, form: FormFields?) async throws -> Page {
        var (method, form) = (method, form)
        var url = resolve(address, from: home)
        var visited = [url]
        while true {
            let (origin, path) = Self.split(url)
            guard let caller = callers[origin] else { return Page(url: url, reply: nil, visited: visited) }
            var call = form.map { Call.post(path, form: $0) } ?? Call(method, path)
            let cookies = fitting(origin, path)
            if !cookies.isEmpty {
                call = call.field(.cookie, cookies.map { "\($0.name)=\($0.value)" }.joined(separator: "; "))
            }
            let reply = try await caller.fetch(call)
            keep(reply.head.headerFields[values: .setCookie], origin: origin, path: path)
            guard [301, 302, 303, 307, 308].contains(reply.status.code), let location = reply.head.headerFields[.location]
            else { return Page(url: url, reply: reply, visited: visited) }
            guard visited.count <= Self.redirectLimit else {
                throw CallError.unexpectedBody(
                    service: caller.service, request: call.summary,
                    reason: "it is redirected more than \(Self.redirectLimit) times")
            }
            // Only 307 and 308 keep method and body (RFC 9110 section 15.4).
            if reply.status.code < 307 { (method, form) = (.get, nil) }
            url = resolve(location, from: url)
            visited.append(url)
        }
    }

    private func fitting(_ origin: String, _ path: String) -> [Cookie] {
        let path = path.prefix { $0 != "?" }
        return jar.withLock { jar in
            jar.filter { cookie in
                cookie.origin == origin
                    && (path == cookie.path || path.hasPrefix(cookie.path.hasSuffix("/") ? cookie.path : cookie.path + "/"))
            }
        }
    }

    private func keep(_ fields: [String], origin: String, path: String) {
        for field in fields {
            let parts = field.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
            guard let pair = parts.first?.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false), pair.count == 2
            else { continue }
            func attribute(_ name: String) -> String? {
                parts.dropFirst().first { $0.lowercased().hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
            }
            // A cookie for encrypted connections alone is not sent over these.
            if parts.contains(where: { $0.lowercased() == "secure" }) { continue }
            let folder = path.prefix { $0 != "?" }.split(separator: "/").dropLast().joined(separator: "/")
            let cookie = Cookie(
                origin: origin, path: attribute("path") ?? "/" + folder, name: String(pair[0]), value: String(pair[1]))
            let isGone = attribute("max-age").flatMap(Int.init).map { $0 <= 0 } ?? false
            jar.withLock { jar in
                jar.removeAll { $0.origin == origin && $0.path == cookie.path && $0.name == cookie.name }
                if !isGone { jar.append(cookie) }
            }
        }
    }

    /// An address as seen from another one (RFC 3986 section 5).
    private func resolve(_ address: String, from base: String) -> String {
        URL(string: address, relativeTo: URL(string: base))?.absoluteString ?? address
    }

    /// The origin of an address, and the rest of it.
    private static func split(_ url: String) -> (origin: String, path: String) {
        guard let scheme = url.range(of: "://") else { return (url, "/") }
        let end = url[scheme.upperBound...].firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? url.endIndex
        let rest = url[end...].prefix { $0 != "#" }
        return (String(url[..<end]), rest.hasPrefix("/") ? String(rest) : "/" + rest)
    }
}
