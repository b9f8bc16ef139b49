// Clients' messages: every type gets its answer, and those for the agent are handed over.

import Kernel
import Testing
import Wire

@testable import EventsService

@Suite struct EventsInboundTests {
    private func decide(_ text: String) -> InboundAction { Inbound.decide(text, from: "alice", at: .simulatedEpoch) }

    private func reply(to text: String) throws -> JSONValue {
        guard case .reply(let frame) = decide(text) else { return .null }
        return try JSONValue(json: frame)
    }

    @Test(
        arguments: [
            ("ping", "pong", nil), ("heartbeat", "heartbeat_ack", "healthy"), ("connect", "system_message", "connected"),
            ("disconnect", "system_message", "disconnect_acknowledged"), ("typing", "system_message", "typing_acknowledged"),
        ] as [(String, String, String?)])
    func everyTypeIsAnswered(type: String, answer: String, status: String?) throws {
        let frame = try reply(to: #"{"type":"\#(type)","message_id":"m1"}"#)
        #expect(frame["type"]?.string == answer)
        #expect(frame["data"]?["status"]?.string == status)
        #expect(frame["data"]?["user_id"] == "alice")
        #expect(frame["correlation_id"] == "m1")
        #expect(frame.object?.keys == ["correlation_id", "data", "server_id", "timestamp", "type"])
    }

    @Test func anUnknownTypeIsAcknowledged() throws {
        let frame = try reply(to: #"{"type":"run_agent","payload":{}}"#)
        #expect(frame["type"] == "ack")
        #expect(frame["received_type"] == "run_agent")
        #expect(frame["user_id"] == "alice")
        #expect(try reply(to: #"{"jsonrpc":"2.0","method":"x"}"#)["received_type"] == "unknown")
    }

    @Test(arguments: ["{", "nonsense", "", "[1]", "3"])
    func whatIsNoObjectIsAnError(_ text: String) throws {
        let frame = try reply(to: text)
        #expect(frame["type"] == "error_message")
        #expect(frame["data"]?["error_code"] == "JSON_PARSE_ERROR")
    }

    @Test func messagesForTheAgentAreHandedOver() {
        let expected = HandOver(text: "hi", threadID: "t1", agent: nil, messageID: "m1")
        #expect(
            decide(#"{"type":"user_message","payload":{"message":"hi","thread_id":"t1"},"message_id":"m1"}"#)
                == .handOver(expected))
        #expect(
            decide(#"{"type":"chat","payload":{"content":"hi"},"thread_id":"t1","message_id":"m1"}"#) == .handOver(expected))
        #expect(
            decide(#"{"type":"user_message","message":"hi","thread_id":"t1","message_id":"m1"}"#) == .handOver(expected))
        #expect(
            decide(#"{"type":"start_agent","payload":{"user_request":"hi","agent":"data"}}"#)
                == .handOver(HandOver(text: "hi", threadID: nil, agent: "data", messageID: nil)))
    }

    @Test func aMessageWithoutTextIsRefused() throws {
        let frame = try reply(to: #"{"type":"user_message","payload":{},"message_id":"m7"}"#)
        #expect(frame["data"]?["error_code"] == "AGENT_REQUEST_ERROR")
        #expect(frame["correlation_id"] == "m7")
    }
}
