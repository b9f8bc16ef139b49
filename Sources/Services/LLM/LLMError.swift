// Errors as OpenAI's clients read them: {"error": {"message", "type", "param", "code"}}.

import HTTPTypes
import Hummingbird
import Kernel
import Wire

/// An error that a route of the fake model answers with.
struct LLMError: Error, Sendable, Equatable {
    let status: HTTPResponse.Status
    let message: String
    var type = "invalid_request_error"
    var param: String?
    var code: String?
    /// How long the client should wait before it tries again.
    var retryAfter: Duration?

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

    /// A model that is not listed.
    static func unknownModel(_ id: String) -> LLMError {
        LLMError(
            status: .notFound, message: "The model '\(id)' does not exist or you do not have access to it.", param: "model",
            code: "model_not_found")
    }

    /// A request that no script is for: it demands a call of a function, and no script makes one.
    static func noScript(_ request: ChatRequest) -> LLMError {
        .invalid(
            "'tool_choice' demands a call of \(request.tools.names.joined(separator: ", ")), and no script of the fake model that "
                + "matches makes one. Add a script with 'tool_calls' to the fixtures.", param: "tool_choice")
    }

    /// The error of a script.
    static func scripted(_ failure: LLMScript.Failure) -> LLMError {
        LLMError(
            status: failure.status, message: failure.message, type: failure.type, code: failure.code,
            retryAfter: failure.retryAfter)
    }

    var response: Response {
        let error: JSONValue = [
            "message": .string(message), "type": .string(type), "param": JSONValue(param), "code": JSONValue(code),
        ]
        let body: JSONValue = ["error": error]
        var headers: HTTPFields = [.contentType: "application/json"]
        if let retryAfter {
            // In whole seconds (RFC 9110 section 10.2.3), and exactly, in the field that OpenAI's clients look for first.
            headers[.retryAfter] = String(Int64((retryAfter.milliseconds / 1000).rounded(.up)))
            headers[.retryAfterMilliseconds] = String(Int64(retryAfter.milliseconds.rounded(.up)))
        }
        return Response(status: status, headers: headers, body: .init(byteBuffer: body.buffer))
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

extension HTTPField.Name {
    /// `retry-after-ms`: as `Retry-After`, in milliseconds.
    fileprivate static let retryAfterMilliseconds = HTTPField.Name("retry-after-ms")!
}
