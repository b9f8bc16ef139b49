// What an HTTP request asks: statement, settings, parameters of the statement, database and format.

import AnalyticsEngine
import HTTPTypes
import Hummingbird
import NIOCore

/// A request of ClickHouse's HTTP interface, read.
struct QueryRequest {
    /// The statement: the parameter `query`, and behind it the body.
    var sql: [UInt8] = []
    var settings = Settings()
    /// Values of `{name:Type}`, without `param_`.
    var parameters: [String: String] = [:]
    var database = AnalyticsSchema.defaultDatabase
    /// The format of results where the statement names none.
    var format = "TabSeparated"
    var queryID: String?
    var session: String?
    /// Whether nothing was asked at all.
    var isEmpty: Bool { sql.allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 } }

    /// Parameters of the URL that are neither settings nor values.
    private static let reserved: Set<String> = [
        "query", "database", "default_format", "query_id", "user", "password", "session_id", "session_timeout", "session_check",
        "quota_key", "role", "compress", "decompress", "stacktrace", "buffer_size", "wait_end_of_query",
        "client_protocol_version",
    ]

    /// Reads a request. Throws 115 for a parameter that is no setting, 307 for a body above 64 MiB.
    init(_ request: Request, isReadOnly: Bool) async throws {
        let url = QueryParameters(request.uri.query)
        if let database = request.headers[.database] ?? url["database"], !database.isEmpty { self.database = database }
        if let format = request.headers[.format] ?? url["default_format"], !format.isEmpty { self.format = format }
        queryID = url["query_id"].flatMap { $0.isEmpty ? nil : $0 }
        session = url["session_id"].flatMap { $0.isEmpty ? nil : $0 }
        for (name, value) in url.pairs where !Self.reserved.contains(name) {
            if name.hasPrefix("param_") {
                parameters[String(name.dropFirst(6))] = value
            } else {
                try settings.set(name, .text(Array(value.utf8)))
            }
        }
        if isReadOnly { try settings.set("readonly", .text(Array("1".utf8))) }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: 64 << 20)
        } catch is NIOTooManyBytesError {
            throw EngineError(.queryIsTooLarge, "The request body is larger than the 67108864 bytes allowed.")
        }
        sql = Array((url["query"] ?? "").utf8)
        if !sql.isEmpty, body.readableBytes > 0 { sql.append(0x0A) }
        sql += body.readableBytesView
    }
}
