// What the control API is asked and what it answers, without the connection between.

import NIOCore

/// A request, read whole.
struct ControlRequest: Sendable {
    let method: String
    /// The path and query as they were sent.
    let target: String
    let userAgent: String
    let body: ByteBuffer
}

/// An answer.
struct ControlResponse: Sendable, Equatable {
    let status: Int
    let contentType: String?
    /// Whether browsers are told not to guess the type, as with Go's plain errors.
    var isPlainError = false
    let body: String
    /// Where the resource is, if it is elsewhere.
    var location: String?
    /// Whether a route was found. What is answered without one is no request of the API and gets no number.
    var isRouted = true
    /// Whether the connection ends with it.
    var endsConnection = false

    static func json(_ text: String, status: Int = 200) -> ControlResponse {
        ControlResponse(status: status, contentType: "application/json", body: text)
    }

    /// Nothing to say.
    static let noContent = ControlResponse(status: 204, contentType: nil, body: "")

    /// A line of text, as Go's `http.Error` writes one: Toxiproxy sends its JSON errors that way too.
    static func plain(_ text: String, status: Int) -> ControlResponse {
        ControlResponse(status: status, contentType: "text/plain; charset=utf-8", isPlainError: true, body: text + "\n")
    }

    /// What is answered where there is no route.
    static func miss(_ miss: ControlRoute.Miss) -> ControlResponse {
        var response: ControlResponse
        switch miss {
        case .notFound: response = .plain("404 page not found", status: 404)
        case .methodNotAllowed: response = ControlResponse(status: 405, contentType: nil, body: "")
        case .moved(let path):
            response = ControlResponse(status: 301, contentType: nil, body: "")
            response.location = path
        case .malformed:
            response = ControlResponse(status: 400, contentType: "text/plain; charset=utf-8", body: "400 Bad Request")
            response.endsConnection = true
        }
        response.isRouted = false
        return response
    }
}

/// What is wrong with a request, in Toxiproxy's words.
struct ControlError: Error, Sendable, Equatable {
    let message: String
    let status: Int

    static func badBody(_ reason: String) -> ControlError {
        ControlError(message: "bad request body: \(reason)", status: 400)
    }
    static func missing(_ field: String) -> ControlError {
        ControlError(message: "missing required field: \(field)", status: 400)
    }
    static let proxyNotFound = ControlError(message: "proxy not found", status: 404)
    static let proxyExists = ControlError(message: "proxy already exists", status: 409)
    static let invalidStream = ControlError(
        message: "stream was invalid, can be either upstream or downstream", status: 400)
    static let invalidToxicType = ControlError(message: "invalid toxic type", status: 400)
    static let toxicExists = ControlError(message: "toxic already exists", status: 409)
    static let toxicNotFound = ControlError(message: "toxic not found", status: 404)
    /// What the system did not allow, such as listening at a port that is taken.
    static func system(_ reason: String) -> ControlError { ControlError(message: reason, status: 500) }

    /// `"error":...,"status":...`, the members of the JSON object.
    var members: String { #""error":\#(GoJSON.quoted(message)),"status":\#(status)"# }

    var response: ControlResponse { .plain("{\(members)}", status: status) }
}
