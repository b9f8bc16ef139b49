// Applications and services from fixtures.

import Fixtures
import Foundation
import Testing

@testable import AuthService

@Suite struct AuthFixtureTests {
    private static let text = """
        clients:
        - id: shop
          name: The shop
          redirect_uris: ["https://shop.example/callback", "http://localhost/callback"]
          scopes: [openid, orders]
        - {id: backlot-service, secret: another, grant_types: [client_credentials, token_exchange]}
        - {id: tv, grant_types: [device_code, refresh_token]}
        services:
        - {id: billing, secret: word, tokens_per_minute: 10, permissions: [read]}
        """

    @Test func theyStandBesideWhatIsBuiltIn() throws {
        let configuration = try AuthFixtures(text: Self.text, name: "auth.yaml").applied(to: .test)
        #expect(configuration.clients.map(\.id) == ["backlot-app", "backlot-device", "shop", "backlot-service", "tv"])
        let shop = try #require(configuration.clients.first { $0.id == "shop" })
        #expect(shop.isPublic && shop.name == "The shop" && shop.scopes == ["openid", "orders"])
        #expect(shop.accepts(redirectURI: "http://localhost:3000/callback"))
        #expect(
            configuration.clients[3].secret == "another"
                && configuration.clients[3].grantTypes == [.clientCredentials, .tokenExchange])
        #expect(configuration.clients[4].grantTypes == [.deviceCode, .refreshToken])
        #expect(configuration.services.last?.tokensPerMinute == 10)
    }

    @Test(
        arguments: [
            (
                "clients:\n- {id: a, redirect_uris: [], grant_type: [x]}",
                "a.yaml:2: No field is named 'grant_type'. Did you mean 'grant_types'?"
            ),
            (
                "clients:\n- {id: a, grant_types: [devicecode]}",
                "a.yaml:2: No grant type is named 'devicecode'. Did you mean 'device_code'?"
            ),
            ("clients:\n- {id: a}", "a.yaml:2: An application with the grant type 'authorization_code' needs 'redirect_uris'."),
            ("clients:\n- {id: a b}", "a.yaml:2: An id has letters"),
            ("clients:\n- {secret: x}", "a.yaml:2: The field 'id' is missing"),
            ("clients:\n- {id: a, redirect_uris: ['javascript:x']}", "a.yaml:2: Nobody can be sent to 'javascript:x'"),
            ("clients:\n- {id: a, grant_types: [client_credentials]}", "a.yaml:2: An application without a 'secret'"),
            ("services:\n- {id: a, secret: ''}", "a.yaml:2: A secret is not empty."),
            ("services:\n- {id: a, secret: b, tokens_per_minute: 0}", "a.yaml:2: At least 1 token"),
            (
                "services:\n- {id: a, secret: b}\n- {id: a, secret: c}",
                "a.yaml:3: The service 'a' is registered already, in a.yaml:2."
            ),
        ])
    func whatIsWrongIsSaidWithItsPlace(text: String, message: String) {
        do {
            _ = try AuthFixtures(text: text, name: "a.yaml")
            Issue.record("it was accepted")
        } catch { #expect("\(error)".hasPrefix(message), "\(error)") }
    }

    @Test func noFolderIsNoFixtures() throws {
        #expect(try AuthFixtures.load(directory: URL(fileURLWithPath: "/nowhere/at/all")) == AuthFixtures())
    }
}
