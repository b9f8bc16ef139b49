// Upgrade requests of /ws: where the token is found, and which subprotocol is agreed on.

import Foundation
import HTTPTypes
import Kernel
import Testing

@testable import EventsService

@Suite struct EventsHandshakeTests {
    private static let token = "eyJhbGciOi.eyJzdWIiOiIx.c2lnbmF0dXJl"

    private func handshake(_ offered: String?, authorization: String? = nil, path: String = "/ws") -> Handshake {
        var fields = HTTPFields()
        if let offered { fields[.secWebSocketProtocol] = offered }
        if let authorization { fields[.authorization] = authorization }
        return Handshake(HTTPRequest(method: .get, scheme: "http", authority: "events", path: path, headerFields: fields))
    }

    @Test func aTokenComesInASubprotocol() {
        let beside = handshake("jwt-auth, jwt.\(Self.token)")
        #expect(beside.token == Self.token)
        #expect(beside.subprotocol == "jwt-auth")
        let alone = handshake("jwt.\(Self.token)")
        #expect(alone.token == Self.token)
        #expect(alone.subprotocol == "jwt.\(Self.token)")
    }

    @Test func aTokenMayComeInBase64URLOnceMore() {
        let encoded = Data(Self.token.utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        #expect(handshake("jwt-auth,jwt.\(encoded)").token == Self.token)
        #expect(handshake("bearer.\(encoded)").token == Self.token)
    }

    @Test func aTokenComesInTheHeader() {
        #expect(handshake(nil, authorization: "Bearer \(Self.token)").token == Self.token)
        #expect(handshake(nil, authorization: "bearer  \(Self.token)").token == Self.token)
        #expect(handshake(nil, authorization: "Basic abc").token == nil)
        #expect(handshake("jwt-auth", authorization: "Bearer \(Self.token)").subprotocol == "jwt-auth")
        #expect(handshake("e2e-testing", authorization: "Bearer \(Self.token)").subprotocol == "e2e-testing")
    }

    @Test func aTokenInTheQueryDoesNotCount() {
        #expect(handshake(nil, path: "/ws?token=\(Self.token)").token == nil)
    }

    @Test func unknownSubprotocolsAreUnsupported() {
        #expect(handshake("foo, bar").isUnsupported)
        #expect(!handshake("foo, jwt-auth").isUnsupported)
        #expect(!handshake(nil).isUnsupported)
        #expect(handshake("jwt.short").isUnsupported)
    }

    @Test func theExpiryIsReadFromTheToken() {
        func token(_ claims: String) -> String {
            "e30." + Data(claims.utf8).base64EncodedString().replacing("=", with: "") + ".x"
        }
        #expect(AccessTokenExpiry.read(token(#"{"sub":"u","exp":1767225660}"#)) == .simulatedEpoch + .seconds(60))
        #expect(AccessTokenExpiry.read(token(#"{"sub":"u"}"#)) == nil)
        #expect(AccessTokenExpiry.read("opaque") == nil)
    }
}
