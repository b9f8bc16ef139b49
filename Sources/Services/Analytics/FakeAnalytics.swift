// The fake analytics service: the few statements of ClickHouse's HTTP interface that the other services need.

import HTTPTypes
import Hummingbird
import Kernel
import NIOCore
public import ServiceKit
import Synchronization
import Wire

/// Serves `POST /`, `GET /` and `GET /ping`; keeps its rows in memory, gone with the instance.
public final class FakeAnalytics: Service {
    public let name: String
    private let context: ServiceContext
    private let tables = Mutex(AnalyticsTables())

    /// A service without rows.
    public init(context: ServiceContext) {
        name = context.name
        self.context = context
    }

    public var routes: ServiceRoutes { Self.sharedRoutes }

    /// The routes of all instances.
    public static let sharedRoutes = ServiceRoutes(of: FakeAnalytics.self) { routes in
        routes.get("/ping") { _, _, _ in .text("Ok.\n", headers: [.contentType: "text/html; charset=UTF-8"]) }
        routes.get("/") { service, request, _ in try await service.answer(request, canWrite: false) }
        routes.post("/") { service, request, _ in try await service.answer(request, canWrite: true) }
    }

    private func answer(_ request: Request, canWrite: Bool) async throws -> Response {
        let parameters = QueryParameters(request.uri.query)
        var response: Response
        do {
            let sql = try await Self.sql(request, parameters["query"])
            if sql.allSatisfy(\.isWhitespace) {
                // Without a query, GET says that the server is there.
                guard canWrite else { return .text("Ok.\n", headers: [.contentType: "text/html; charset=UTF-8"]) }
                throw ClickHouseError.syntax("Empty query")
            }
            response = try run(AnalyticsStatement(sql), canWrite: canWrite)
        } catch let error as ClickHouseError {
            response = error.response
        }
        response.headers[.queryID] = parameters["query_id"] ?? context.chance.uuid("query-id")
        response.headers[.timezone] = "UTC"
        return response
    }

    private func run(_ statement: AnalyticsStatement, canWrite: Bool) throws(ClickHouseError) -> Response {
        switch statement {
        case .insert(let table, let text):
            guard canWrite else { throw .readOnly }
            let schema = try AnalyticsTables.schema(table)
            let rows = try RowReader(table: schema).rows(text)
            tables.withLock { $0.insert(rows, into: schema) }
            return Response(
                status: .ok, headers: [.summary: Self.summary(read: 0, written: rows.count)], body: .init())
        case .count(let table, let conditions, let format):
            let schema = try AnalyticsTables.schema(table)
            let count = try tables.withLock { tables throws(ClickHouseError) in
                try tables.count(schema, where: conditions)
            }
            return Self.table("count()", "UInt64", text: String(count), json: .string(String(count)), format)
        case .one(let format):
            return Self.table("1", "UInt8", text: "1", json: 1, format)
        }
    }

    /// The query: the parameter, and behind it the body.
    private static func sql(_ request: Request, _ parameter: String?) async throws -> String {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: 64 << 20)
        } catch is NIOTooManyBytesError {
            throw ClickHouseError.bodyTooLarge
        }
        guard let parameter else { return String(buffer: body) }
        return body.readableBytes == 0 ? parameter : parameter + "\n" + String(buffer: body)
    }

    /// A table of one row and one column. Numbers of 64 bits are texts in JSON, as ClickHouse writes them.
    private static func table(
        _ column: String, _ type: String, text: String, json: JSONValue, _ format: RowFormat
    ) -> Response {
        let row: JSONValue = .object([column: json])
        let body: String
        let contentType: String
        switch format {
        case .tabSeparated:
            body = text + "\n"
            contentType = "text/tab-separated-values; charset=UTF-8"
        case .jsonEachRow:
            body = row.text + "\n"
            contentType = "application/x-ndjson; charset=UTF-8"
        case .json:
            let meta: JSONValue = ["name": .string(column), "type": .string(type)]
            let result: JSONValue = ["meta": [meta], "data": [row], "rows": 1]
            body = result.text + "\n"
            contentType = "application/json; charset=UTF-8"
        }
        return .text(
            body,
            headers: [.contentType: contentType, .format: format.rawValue, .summary: summary(read: 1, written: 0)])
    }

    private static func summary(read: Int, written: Int) -> String {
        let numbers: JSONValue = ["read_rows": .string(String(read)), "written_rows": .string(String(written))]
        return numbers.text
    }
}
