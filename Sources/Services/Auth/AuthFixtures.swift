// The applications and services that a team's own fixtures register, from YAML files.

import Fixtures
public import Foundation
import Wire

/// What fixtures add to the auth service: its applications and registered services.
///
/// A file has `clients`, `services` or both. An entry with the id of one that is built in takes its place.
public struct AuthFixtures: Sendable, Equatable {
    /// The applications.
    public private(set) var clients: [OAuthClient] = []
    /// The services.
    public private(set) var services: [RegisteredService] = []

    /// Nothing.
    public init() {}

    /// Reads all `.yaml` files of a directory, in the order of their names; nothing where there is no such directory. Throws
    /// ``Fixtures/InputError`` with file and line for anything that is not understood, and for an id that is there twice.
    public static func load(directory: URL) throws -> AuthFixtures {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory.path) else { return AuthFixtures() }
        var fixtures = AuthFixtures()
        var places: [String: Place] = [:]
        for name in names.filter({ $0.hasSuffix(".yaml") }).sorted() {
            let file = directory.appendingPathComponent(name)
            try fixtures.add(FixtureNode(file: file, name: directory.relativePath + "/" + name), &places)
        }
        return fixtures
    }

    /// Reads one text, which errors call `name`.
    init(text: String, name: String) throws {
        var places: [String: Place] = [:]
        try add(FixtureNode(text: text, name: name), &places)
    }

    private mutating func add(_ file: FixtureNode, _ places: inout [String: Place]) throws {
        let fields = try file.mapping(["clients", "services"])
        func check(_ kind: String, _ id: String, _ node: FixtureNode) throws {
            if let first = places["\(kind) \(id)"] { throw node.error("The \(kind) '\(id)' is registered already, in \(first).") }
            places["\(kind) \(id)"] = node.place
        }
        for node in try fields.optional("clients")?.list() ?? [] {
            let client = try OAuthClient(node)
            try check("client", client.id, node)
            clients.append(client)
        }
        for node in try fields.optional("services")?.list() ?? [] {
            let service = try RegisteredService(node)
            try check("service", service.id, node)
            services.append(service)
        }
    }

    /// A configuration with these applications and services besides its own.
    public func applied(to configuration: AuthConfiguration) -> AuthConfiguration {
        var configuration = configuration
        configuration.clients.removeAll { own in clients.contains { $0.id == own.id } }
        configuration.clients += clients
        configuration.services.removeAll { own in services.contains { $0.id == own.id } }
        configuration.services += services
        return configuration
    }
}

extension OAuthClient {
    fileprivate init(_ node: FixtureNode) throws {
        let fields = try node.mapping([
            "id", "secret", "name", "redirect_uris", "post_logout_redirect_uris", "scopes", "grant_types",
        ])
        func uris(_ key: String) throws -> [String] {
            try fields.optional(key)?.list().map { node in
                let uri = try node.string()
                if let problem = ClientMetadata.problem(with: uri) {
                    throw node.error("Nobody can be sent to '\(uri)': \(problem).")
                }
                return uri
            } ?? []
        }
        let grants = try fields.optional("grant_types")?.list().map(GrantType.init) ?? [.authorizationCode, .refreshToken]
        let scopes = try fields.optional("scopes")?.list().map { try $0.string() } ?? ["openid", "profile", "email"]
        self.init(
            id: try fields.required("id").name(), secret: try fields.optional("secret")?.secret(),
            redirectURIs: try uris("redirect_uris"), postLogoutRedirectURIs: try uris("post_logout_redirect_uris"),
            scopes: scopes, grantTypes: grants, name: try fields.optional("name")?.string())
        if grantTypes.contains(.authorizationCode), redirectURIs.isEmpty {
            throw node.error("An application with the grant type 'authorization_code' needs 'redirect_uris'.")
        }
        if isPublic, grantTypes.contains(where: { $0 == .clientCredentials || $0 == .tokenExchange }) {
            throw node.error("An application without a 'secret' gets no tokens of its own: leave that grant type out.")
        }
    }
}

extension OAuthClient.GrantType {
    /// The names that files use: those of the standard, or the last word of a long one.
    private static let names: [(name: String, type: Self)] = allCases.map { type in
        (type.rawValue.split(separator: ":").last.map { String($0).replacing("-", with: "_") } ?? type.rawValue, type)
    }

    fileprivate init(_ node: FixtureNode) throws {
        let text = try node.string()
        guard let type = Self(rawValue: text) ?? Self.names.first(where: { $0.name == text })?.type else {
            throw InputError.unknown("grant type", text, known: Self.names.map(\.name), at: node.place)
        }
        self = type
    }
}

extension RegisteredService {
    fileprivate init(_ node: FixtureNode) throws {
        let fields = try node.mapping(["id", "secret", "tokens_per_minute", "permissions"])
        let limit = fields.optional("tokens_per_minute")
        let count = try limit?.integer() ?? 1000
        if let limit, count < 1 { throw limit.error("At least 1 token a minute is expected here.") }
        self.init(
            id: try fields.required("id").name(), secret: try fields.required("secret").secret(), tokensPerMinute: count,
            permissions: try fields.optional("permissions")?.list().map { try $0.string() } ?? [])
    }
}

extension FixtureNode {
    fileprivate func name() throws -> String {
        let text = try string()
        guard text.isASCIIName(of: 1...100, marks: "_-.") else {
            throw error("An id has letters, digits, '_', '-' and '.', and at most 100 of them.")
        }
        return text
    }

    fileprivate func secret() throws -> String {
        let text = try string()
        if text.isEmpty { throw error("A secret is not empty. Leave it out for an application that keeps none.") }
        return text
    }
}
