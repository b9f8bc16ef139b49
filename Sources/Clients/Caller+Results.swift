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

    /// The value of a successful response's JSON body.
    /// Throws ``Wire/CallError/unexpectedBody(service:request:reason:)`` for a body that is no such value.
    func result<Value: Decodable>(of call: Call) async throws -> Value {
        let reply = try await reply(to: call)
        do {
            return try reply.json(Value.self)
        } catch {
            throw CallError.unexpectedBody(service: service, request: call.summary, reason: "\(error)")
        }
    }
}
