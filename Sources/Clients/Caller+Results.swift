// What the typed callers share: a success as a value, anything else as an error.

import HTTPTypes
import Wire

extension JSONValue {
    /// Whether a member may be what it is: missing, null, or what `read` reads.
    func isOptional<Value>(_ name: String, _ read: (JSONValue) -> Value?) -> Bool {
        guard let value = self[name], !value.isNull else { return true }
        return read(value) != nil
    }
}

extension Caller {
    /// The response to a call, if its status is `status`, or one of success (2xx) where that is nil.
    /// Throws ``Wire/CallError/unexpectedStatus(service:request:status:body:)``.
    func reply(to call: Call, status: HTTPResponse.Status? = nil) async throws -> Reply {
        let reply = try await fetch(call)
        guard status.map({ reply.status == $0 }) ?? (reply.status.kind == .successful) else {
            throw CallError.unexpectedStatus(
                service: service, request: call.summary, status: reply.status.code, body: reply.text)
        }
        return reply
    }

    /// The value that `read` finds in the JSON body of such a response.
    /// Throws ``Wire/CallError/unexpectedBody(service:request:reason:)`` where it finds none.
    func result<Value>(
        of call: Call, status: HTTPResponse.Status? = nil, as read: (JSONValue) -> Value?
    ) async throws -> Value {
        let reply = try await reply(to: call, status: status)
        guard let json = try? JSONValue(json: reply.body) else {
            throw CallError.unexpectedBody(
                service: service, request: call.summary, reason: "it is no JSON: \(reply.text.prefix(200))")
        }
        guard let value = read(json) else {
            throw CallError.unexpectedBody(
                service: service, request: call.summary,
                reason: "a field is missing or of the wrong type in \(reply.text.prefix(200))")
        }
        return value
    }
}
