// Errors as ClickHouse words them over HTTP.

import HTTPTypes
import Hummingbird
import NIOCore

/// An exception of the analytics service.
struct ClickHouseError: Error, Sendable, Equatable {
    /// ClickHouse's number for the kind of error.
    let code: Int
    /// ClickHouse's name for it.
    let name: String
    let status: HTTPResponse.Status
    let message: String

    static func syntax(_ message: String) -> ClickHouseError {
        ClickHouseError(code: 62, name: "SYNTAX_ERROR", status: .badRequest, message: "Syntax error: \(message)")
    }

    static func unknownTable(_ name: String) -> ClickHouseError {
        ClickHouseError(code: 60, name: "UNKNOWN_TABLE", status: .notFound, message: "Table \(name) does not exist.")
    }

    static func unknownColumn(_ name: String, in table: String) -> ClickHouseError {
        ClickHouseError(
            code: 47, name: "UNKNOWN_IDENTIFIER", status: .notFound,
            message: "Unknown expression identifier `\(name)` in scope of table \(table).")
    }

    static func unknownFormat(_ name: String) -> ClickHouseError {
        ClickHouseError(code: 73, name: "UNKNOWN_FORMAT", status: .notFound, message: "Unknown format \(name).")
    }

    /// Nothing of the insert is kept.
    static func incorrectData(_ message: String, row: Int) -> ClickHouseError {
        ClickHouseError(
            code: 117, name: "INCORRECT_DATA", status: .badRequest, message: "\(message): (at row \(row))")
    }

    static let readOnly = ClickHouseError(
        code: 164, name: "READONLY", status: .forbidden,
        message: "Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. Use POST.")

    static let bodyTooLarge = ClickHouseError(
        code: 307, name: "TOO_MANY_BYTES", status: .contentTooLarge, message: "The request body is too large.")

    /// The response: the text, and the code in a field of its own.
    var response: Response {
        let text = "Code: \(code). DB::Exception: \(message) (\(name))\n"
        return Response(
            status: status, headers: [.contentType: "text/plain; charset=UTF-8", .exceptionCode: String(code)],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}

extension HTTPField.Name {
    static let exceptionCode = HTTPField.Name("X-ClickHouse-Exception-Code")!
    static let queryID = HTTPField.Name("X-ClickHouse-Query-Id")!
    static let format = HTTPField.Name("X-ClickHouse-Format")!
    static let summary = HTTPField.Name("X-ClickHouse-Summary")!
    static let timezone = HTTPField.Name("X-ClickHouse-Timezone")!
}
