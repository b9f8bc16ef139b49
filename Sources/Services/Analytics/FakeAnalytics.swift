// The fake analytics service: ClickHouse's HTTP interface over the analytics engine, rows in memory.

import AnalyticsEngine
import HTTPTypes
import Hummingbird
import Kernel
import NIOCore
public import ServiceKit
import Synchronization

/// Serves `POST /`, `GET /`, `GET /ping` and `GET /replicas_status`; keeps its rows in memory, gone with the instance.
public final class FakeAnalytics: Service {
    /// What one instance holds.
    private struct State {
        var tables: AnalyticsTables
        /// Database and settings that `session_id` keeps from one request to the next.
        var sessions: [String: (database: String, settings: Settings)] = [:]
    }

    public let name: String
    private let context: ServiceContext
    private let state: Mutex<State>
    private let quirks: Quirks

    /// A service with empty tables.
    public init(context: ServiceContext) {
        name = context.name
        self.context = context
        var quirks = Quirks()
        quirks.averageCountsNulls = context.deviates(.analyticsAverageWrong)
        quirks.countIsStale = context.deviates(.analyticsStaleCount)
        if context.deviates(.analyticsFilterIgnored) { quirks.ignoredFilterColumn = "user_id" }
        self.quirks = quirks
        let inserts = AnalyticsTables.InsertDeviations(
            losesEveryThird: context.deviates(.analyticsInsertLost), doubles: context.deviates(.analyticsInsertDoubled))
        state = Mutex(State(tables: AnalyticsTables(inserts)))
    }

    public var routes: ServiceRoutes { Self.sharedRoutes }

    /// The routes of all instances.
    public static let sharedRoutes = ServiceRoutes(of: FakeAnalytics.self) { routes in
        routes.get("/ping") { _, _, _ in FakeAnalytics.ok }
        routes.get("/replicas_status") { _, _, _ in FakeAnalytics.ok }
        routes.get("/") { service, request, _ in try await service.answer(request, isReadOnly: true) }
        routes.post("/") { service, request, _ in try await service.answer(request, isReadOnly: false) }
    }

    private static var ok: Response { .text("Ok.\n", headers: [.contentType: "text/html; charset=UTF-8"]) }

    private func answer(_ request: Request, isReadOnly: Bool) async throws -> Response {
        var response: Response
        var queryID = QueryParameters(request.uri.query)["query_id"].flatMap { $0.isEmpty ? nil : $0 }
        do {
            let query = try await QueryRequest(request, isReadOnly: isReadOnly)
            // Without a query, GET says that the server is there.
            if query.isEmpty, isReadOnly { return Self.ok }
            let id = queryID ?? context.chance.uuid("query-id")
            queryID = id
            response = try run(query, id)
        } catch let error as EngineError {
            response = error.response
        }
        response.headers[.queryID] = queryID ?? context.chance.uuid("query-id")
        response.headers[.timezone] = "UTC"
        response.headers[.serverDisplayName] = name
        return response
    }

    private func run(_ query: QueryRequest, _ queryID: String) throws -> Response {
        let now = context.clock.now
        let chance = context.chance
        let statement = try state.withLock { state -> Executed in
            state.tables.flush(at: now)
            var (database, settings) = (query.database, query.settings)
            if let session = query.session, let kept = state.sessions[session] {
                database = kept.database
                settings = kept.settings.merged(with: settings)
            }
            let surroundings = Context(
                now: now.nanoseconds, database: database, settings: settings, parameters: query.parameters, queryID: queryID,
                quirks: quirks, random: { chance.draw("sql").bits }, zones: { TimeZones.offsets(of: $0) })
            var statistics = OutputFormat.Statistics()
            let outcome = try state.tables.execute(query.sql, surroundings, format: query.format, statistics: &statistics)
            if let session = query.session { state.sessions[session] = (surroundings.database, surroundings.settings) }
            if case .insertion(let insertion) = outcome { try store(insertion, surroundings.settings, now, &state.tables) }
            return try Executed(outcome, surroundings, statistics)
        }
        return statement.response
    }

    /// Rows of an asynchronous insert for which nobody waits become visible when the buffer is written.
    private func store(
        _ insertion: Insertion, _ settings: Settings, _ now: Instant, _ tables: inout AnalyticsTables
    ) throws {
        let fault = context.faults?.insert(insertion.table) ?? .store
        if case .tooManyParts = fault {
            throw EngineError(
                .tooManyParts,
                "Too many parts (300 with average size of 1.00 KiB) in table '\(insertion.database).\(insertion.table)'. "
                    + "Merges are processing significantly slower than inserts")
        }
        guard tables.isNew(settings.text("insert_deduplication_token"), in: insertion) else { return }
        if case .late(let delay) = fault { return tables.commit(insertion, at: now.advanced(by: delay)) }
        guard settings.integer("async_insert") != 0, settings.integer("wait_for_async_insert") == 0 else {
            tables.commit(insertion)
            return
        }
        let collected = Duration.milliseconds(max(0, min(settings.integer("async_insert_busy_timeout_ms"), 86_400_000)))
        let delay = context.deviates(.analyticsLate) ? collected + .seconds(600) : collected
        tables.commit(insertion, at: now.advanced(by: delay))
    }
}

/// What a statement came to, as bytes.
private struct Executed {
    private let body: [UInt8]
    private let format: OutputFormat?
    private let summary: String

    init(_ outcome: Outcome, _ context: Context, _ statistics: OutputFormat.Statistics) throws {
        var (written, writtenBytes, resultRows) = (0, 0, 0)
        switch outcome {
        case .rows(let result, let format):
            body = try Engine.bytes(result, format, context, statistics)
            self.format = format
            resultRows = result.rows.count
        case .insertion(let insertion):
            body = []
            format = nil
            written = insertion.block.count
            writtenBytes = insertion.block.byteCount
        case .done:
            body = []
            format = nil
        }
        let numbers = [
            ("read_rows", statistics.readRows), ("read_bytes", statistics.readBytes), ("written_rows", written),
            ("written_bytes", writtenBytes), ("total_rows_to_read", 0), ("result_rows", max(resultRows, written)),
            ("result_bytes", body.count),
        ]
        summary = "{" + numbers.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",") + "}"
    }

    var response: Response {
        var headers: HTTPFields = [.summary: summary]
        if let format {
            headers[.contentType] = format.contentType
            headers[.format] = format.name
        }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}
