// JSON-RPC 2.0 among the messages: requests are processed, whatever they ask; the rest is acknowledged.

import Kernel
import Wire

/// Answers JSON-RPC messages.
enum JSONRPC {
    /// What is done about a message with a member `jsonrpc`.
    static func answer(_ message: JSONValue, at now: Instant) -> InboundAction {
        let id = message["id"] ?? .null
        guard message["jsonrpc"] == "2.0" else { return error(-32600, "The member 'jsonrpc' must be \"2.0\".", id) }
        if message["result"] != nil || message["error"] != nil { return acknowledgement("jsonrpc_response", at: now) }
        guard let method = message["method"]?.string else { return error(-32600, "The member 'method' must be a text.", id) }
        // A request without an id is a notification, which has no response (section 4.1); our own protocol answers it.
        guard message["id"] != nil else { return acknowledgement("jsonrpc_notification", at: now) }
        switch id {
        case .string, .integer, .number, .null: break
        default: return error(-32600, "The member 'id' must be a text, a number or null.", .null)
        }
        let result: JSONValue = ["status": "processed", "method": .string(method)]
        return .reply((["jsonrpc": "2.0", "result": result, "id": id] as JSONValue).text)
    }

    private static func error(_ code: Int, _ message: String, _ id: JSONValue) -> InboundAction {
        let error: JSONValue = ["code": JSONValue(code), "message": .string(message)]
        return .reply((["jsonrpc": "2.0", "error": error, "id": id] as JSONValue).text)
    }

    private static func acknowledgement(_ type: String, at now: Instant) -> InboundAction {
        let frame: JSONValue = [
            "type": "ack", "received_type": .string(type), "timestamp": ServerFrame.timestamp(now), "status": "acknowledged",
            "correlation_id": nil,
        ]
        return .reply(frame.text)
    }
}
