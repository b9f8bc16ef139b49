// Errors as ClickHouse words them over HTTP.

import AnalyticsEngine
import HTTPTypes
import Hummingbird
import NIOCore

extension EngineError {
    /// The status by which ClickHouse's HTTP interface tells the kind of error.
    var status: HTTPResponse.Status {
        switch code {
        case .cannotParseText, .cannotParseEscapeSequence, .cannotParseQuotedString, .cannotParseDate, .cannotParseDateTime,
            .cannotParseNumber, .cannotParseInputAssertionFailed, .cannotParseUUID, .cannotParseBool, .tooDeepAST, .tooBigAST,
            .unexpectedASTStructure, .syntaxError, .incorrectData, .typeMismatch, .valueIsOutOfRangeOfDataType,
            .unknownElementOfEnum, .badQueryParameter, .attemptToReadAfterEnd, .tooDeepRecursion:
            .badRequest
        case .unknownTable, .unknownFunction, .unknownIdentifier, .unknownType, .unknownStorage, .unknownDatabase,
            .unknownSetting, .unknownAggregateFunction, .unknownFormat:
            .notFound
        case .readonly: .forbidden
        case .queryIsTooLarge: .contentTooLarge
        case .notImplemented: .notImplemented
        default: .internalServerError
        }
    }

    /// The response: the text, and the code in a field of its own.
    var response: Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=UTF-8", .exceptionCode: String(code.rawValue)],
            body: .init(byteBuffer: ByteBuffer(string: "\(description)\n")))
    }
}

extension HTTPField.Name {
    static let exceptionCode = HTTPField.Name("X-ClickHouse-Exception-Code")!
    static let queryID = HTTPField.Name("X-ClickHouse-Query-Id")!
    static let format = HTTPField.Name("X-ClickHouse-Format")!
    static let summary = HTTPField.Name("X-ClickHouse-Summary")!
    static let timezone = HTTPField.Name("X-ClickHouse-Timezone")!
    static let database = HTTPField.Name("X-ClickHouse-Database")!
    static let serverDisplayName = HTTPField.Name("X-ClickHouse-Server-Display-Name")!
}
