// Clients' messages: every type gets its answer, and those for the agent are handed over.

import Kernel
import Testing
import Wire

@testable import EventsService

@Suite struct EventsInboundTests {
    private func decide(_ text: String) -> InboundAction { Inbound.decide(text, from: "alice", at: .simulatedEpoch) }

    private func reply(to text: String) throws -> JSONValue {
        switch decide(text) {
        case .reply(let frame), .keepAlive(let frame): return try JSONValue(json: frame)
        default: return .null
        }
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
        #expect(try reply(to: #"{"payload":{}}"#)["received_type"] == "unknown")
        #expect(try reply(to: #"{"type":7,"message_id":"m1"}"#)["data"]?["error_code"] == "INVALID_MESSAGE")
    }

    @Test func jsonRPCIsProcessed() throws {
        let answer = try reply(to: #"{"jsonrpc":"2.0","method":"x","id":"r1","params":[1]}"#)
        #expect(answer == ["jsonrpc": "2.0", "id": "r1", "result": ["status": "processed", "method": "x"]])
        #expect(try reply(to: #"{"jsonrpc":"2.0","method":"x"}"#)["received_type"] == "jsonrpc_notification")
        #expect(try reply(to: #"{"jsonrpc":"2.0","result":1,"id":4}"#)["received_type"] == "jsonrpc_response")
        for text in [#"{"jsonrpc":"1.0","id":1}"#, #"{"jsonrpc":"2.0","id":1}"#, #"{"jsonrpc":"2.0","id":[],"method":"x"}"#] {
            #expect(try reply(to: text)["error"]?["code"] == -32600)
        }
    }

    @Test func resumingNeedsANumber() throws {
        #expect(
            decide(#"{"type":"resume","payload":{"last_sequence":7},"message_id":"m1"}"#) == .resume(after: 7, messageID: "m1"))
        #expect(decide(#"{"type":"session_restore","threadId":"t","lastSequence":0}"#) == .resume(after: 0, messageID: nil))
        for text in [#"{"type":"resume"}"#, #"{"type":"resume","last_sequence":"7"}"#, #"{"type":"resume","last_sequence":1.5}"#]
        {
            #expect(try reply(to: text)["data"]?["error_code"] == "INVALID_MESSAGE")
        }
    }

    @Test func theSwallowedTypesAreSwallowedWhereTheyAreToBe() {
        for type in ["ping", "user_message", "start_agent"] {
            let text = #"{"type":"\#(type)","payload":{"message":"m"}}"#
            #expect(Inbound.decide(text, from: "alice", at: .simulatedEpoch, deviations: [.silentDrop]) == .drop)
            #expect(Inbound.decide(text, from: "alice", at: .simulatedEpoch) != .drop)
        }
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
