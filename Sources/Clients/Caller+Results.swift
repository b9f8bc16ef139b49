// What the typed callers share: a success as a value, anything else as an error.

import HTTPTypes
import Wire

extension Caller {
    /// The response to a call, if its status is one of success (2xx).
    /// Throws ``Wire/CallError/unexpectedStatus(service:request:status:body:)``.
    func reply(to call: Call) async throws -> Reply {
        let reply = try await fetch(call)
        guard reply.status.kind == .successful else {
            throw CallError.unexpectedStatus(
                service: service, request: call.summary, status: reply.status.code, body: reply.text)
        }
        return reply
    }

    /// The value that `read` finds in a successful response's JSON body.
    /// Throws ``Wire/CallError/unexpectedBody(service:request:reason:)`` where it finds none.
    func result<Value>(of call: Call, as read: (JSONValue) -> Value?) async throws -> Value {
        let reply = try await reply(to: call)
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
