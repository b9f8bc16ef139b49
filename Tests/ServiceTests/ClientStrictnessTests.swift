// Typed clients are judges: an answer that is not what the contract says is an error, never a value with holes.

import Clients
import HTTPTypes
import NIOCore
import Testing
import Wire

@Suite struct ClientStrictnessTests {
    /// A service that gives one answer to everything.
    private func caller(_ body: String, status: HTTPResponse.Status = .ok) -> Caller {
        Caller(
            service: "played",
            send: { _ in StreamedReply(head: HTTPResponse(status: status), body: ReplyBody(ByteBuffer(string: body))) },
            open: { _, _ in throw CallError.upgradeRefused(service: "played", status: 501, body: "") })
    }

    private func isUnexpected(_ body: () async throws -> some Sendable) async -> Bool {
        do {
            _ = try await body()
            return false
        } catch CallError.unexpectedBody, CallError.unexpectedStatus {
            return true
        } catch {
            return false
        }
    }

    private static let tokens = #""access_token":"a","refresh_token":"r","token_type":"Bearer","expires_in":1"#

    @Test(arguments: [
        ("{\(tokens)}", true), (#"{\#(tokens),"user":null}"#, true), (#"{\#(tokens),"user":{"id":"1","email":"e"}}"#, true),
        (#"{\#(tokens),"user":{"id":"1"}}"#, false), (#"{\#(tokens),"user":{"id":"1","email":"e","name":7}}"#, false),
        ("{}", false), ("[]", false), ("no JSON", false),
    ]) func tokensAreWhole(body: String, isGood: Bool) async {
        let client = AuthClient(caller(body))
        #expect(await isUnexpected { try await client.login(email: "e", password: "p") } != isGood)
    }

    @Test(arguments: [(#"["read"]"#, true), ("[]", true), (#"["read",7]"#, false), ("{}", false)])
    func permissionsAreTexts(permissions: String, isGood: Bool) async {
        let client = AuthClient(caller(#"{"user_id":"1","permissions":\#(permissions),"token_expires_at":"t"}"#))
        #expect(await isUnexpected { try await client.me("token") } != isGood)
    }

    @Test(arguments: [
        (#"[{"message":{"content":"hi"}}]"#, true), (#"[{"message":{"content":null}}]"#, true), ("[]", true),
        ("[{}]", false), (#"[{"message":{"content":7}}]"#, false), (#"[{"message":"hi"}]"#, false), ("7", false),
    ]) func completionsHaveMessages(choices: String, isGood: Bool) async {
        let client = LLMClient(caller(#"{"choices":\#(choices)}"#), key: "k")
        #expect(await isUnexpected { try await client.complete(model: "m", [.user("q")]) } != isGood)
    }

    @Test(arguments: [(HTTPResponse.Status.ok, true), (.created, false), (.noContent, false), (.internalServerError, false)])
    func theAgentAnswersWithNothingButOK(status: HTTPResponse.Status, isGood: Bool) async {
        let body = #"{"run_id":"r","thread_id":"t","user_id":"u"}"#
        let client = AgentClient(caller(body, status: status))
        #expect(await isUnexpected { try await client.sendMessage("m", token: "t") } != isGood)
    }
}
