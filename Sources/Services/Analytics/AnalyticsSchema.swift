// The tables of the analytics service: names, columns, types.

/// A type of a column, as far as its values are checked.
enum ColumnType: Sendable, Equatable {
    case string
    case uint32
    /// A time with milliseconds.
    case dateTime64
    /// Names, numbered from 1.
    case enum8([String])
    indirect case nullable(ColumnType)

    /// The text of the value that a row has where it says nothing.
    var defaultText: String? {
        switch self {
        case .string: ""
        case .uint32: "0"
        case .dateTime64: "1970-01-01 00:00:00.000"
        case .enum8(let names): names.first ?? ""
        case .nullable: nil
        }
    }
}

/// A column of a table.
struct Column: Sendable, Equatable {
    let name: String
    let type: ColumnType

    init(_ name: String, _ type: ColumnType = .string) {
        self.name = name
        self.type = type
    }
}

/// A table that the service knows.
struct TableSchema: Sendable, Equatable {
    let database: String
    let name: String
    let columns: [Column]

    /// `database.name`.
    var fullName: String { "\(database).\(name)" }

    func index(of column: String) -> Int? { columns.firstIndex { $0.name == column } }
}

/// All tables that there are.
enum AnalyticsSchema {
    /// The database of tables that are named without one.
    static let defaultDatabase = "backlot_traces"

    /// The tables.
    static let tables = [agentEvents, agentExecutions]

    /// What happened in the runs of agents.
    static let agentEvents = TableSchema(
        database: defaultDatabase, name: "agent_events",
        columns: [
            Column("event_id"), Column("trace_id"), Column("execution_id"), Column("correlation_id"), Column("user_id"),
            Column(
                "event_type",
                .enum8([
                    "agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed",
                    "websocket_sent", "websocket_received", "error_occurred", "custom",
                ])),
            Column("event_name"), Column("event_category"), Column("event_payload"),
            Column("tool_name", .nullable(.string)), Column("tool_input", .nullable(.string)),
            Column("tool_output", .nullable(.string)), Column("timestamp", .dateTime64),
            Column("duration_ms", .nullable(.uint32)), Column("sequence_number", .uint32), Column("session_id"),
            Column("client_id"), Column("metadata"), Column("created_at", .dateTime64),
        ])

    /// The runs of agents.
    static let agentExecutions = TableSchema(
        database: defaultDatabase, name: "agent_executions",
        columns: [
            Column("trace_id"), Column("execution_id"), Column("correlation_id"), Column("user_id"), Column("agent_type"),
            Column("agent_name"),
            Column("status", .enum8(["pending", "running", "completed", "failed", "cancelled"])),
            Column("start_time", .dateTime64), Column("end_time", .nullable(.dateTime64)), Column("duration_ms", .uint32),
            Column("request_payload"), Column("response_payload"), Column("error_message", .nullable(.string)),
            Column("token_count", .uint32), Column("tool_calls_count", .uint32), Column("environment"), Column("metadata"),
        ])
}
