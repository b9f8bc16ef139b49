// Errors as OpenAI's clients read them: {"error": {"message", "type", "param", "code"}}.

import HTTPTypes
import Hummingbird
import Wire

/// An error that a route of the fake model answers with.
struct LLMError: Error, Sendable, Equatable {
    let status: HTTPResponse.Status
    let message: String
    var type = "invalid_request_error"
    var param: String?
    var code: String?

    /// A request that cannot be served as it is.
    static func invalid(_ message: String, param: String? = nil, code: String? = nil) -> LLMError {
        LLMError(status: .badRequest, message: message, param: param, code: code)
    }

    /// A parameter that is something else than it must be.
    static func wrongType(_ param: String, expected: String, _ value: JSONValue) -> LLMError {
        invalid(
            "Invalid type for '\(param)': expected \(expected), but got \(noun(value)) instead.", param: param,
            code: "invalid_type")
    }

    /// No key in the request.
    static let missingKey = LLMError(
        status: .unauthorized,
        message: "You didn't provide an API key. Send it as a bearer token: Authorization: Bearer YOUR_KEY")

    var response: Response {
        let error: JSONValue = [
            "message": .string(message), "type": .string(type), "param": JSONValue(param), "code": JSONValue(code),
        ]
        let body: JSONValue = ["error": error]
        return Response(status: status, headers: [.contentType: "application/json"], body: .init(byteBuffer: body.buffer))
    }

    private static func noun(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
