// The tables that are there when a world begins, as statements that the engine runs.

import AnalyticsEngine

/// The databases and tables of a new instance.
enum AnalyticsSchema {
    /// The database of tables that are named without one.
    static let defaultDatabase = "backlot_traces"

    /// The catalogue with all tables and no rows; made once for a process, for a copy of it costs nothing.
    static let catalog: Catalog = {
        var engine = Engine()
        let context = Context(now: 0, random: { 0 })
        for statement in statements {
            do {
                var statistics = OutputFormat.Statistics()
                _ = try engine.execute(Array(statement.utf8), context, statistics: &statistics)
            } catch {
                preconditionFailure("a statement of the schema is wrong: \(error)\n\(statement)")
            }
        }
        return engine.catalog
    }()

    private static let statements = [
        "CREATE DATABASE \(defaultDatabase)", agentEvents, agentExecutions, performanceMetrics, workloadEvents,
    ]

    /// What happened in the runs of agents.
    private static let agentEvents = """
        CREATE TABLE \(defaultDatabase).agent_events (
            event_id String, trace_id String, execution_id String, correlation_id String, user_id String,
            event_type Enum8(
                'agent_started' = 1, 'agent_thinking' = 2, 'tool_executing' = 3, 'tool_completed' = 4, 'agent_completed' = 5,
                'websocket_sent' = 6, 'websocket_received' = 7, 'error_occurred' = 8, 'custom' = 9),
            event_name String, event_category String, event_payload String,
            tool_name Nullable(String), tool_input Nullable(String), tool_output Nullable(String),
            timestamp DateTime64(3), duration_ms Nullable(UInt32), sequence_number UInt32,
            session_id String, client_id String, metadata String,
            created_at DateTime64(3) DEFAULT now64(3), partition_date Date DEFAULT toDate(timestamp)
        ) ENGINE = MergeTree PARTITION BY toYYYYMM(partition_date) ORDER BY (trace_id, timestamp, sequence_number)
        TTL partition_date + INTERVAL 60 DAY
        """

    /// The runs of agents.
    private static let agentExecutions = """
        CREATE TABLE \(defaultDatabase).agent_executions (
            trace_id String, execution_id String, correlation_id String, user_id String, organization_id String,
            agent_type String, agent_name String, agent_version String, parent_agent_id String,
            status Enum8('pending' = 1, 'running' = 2, 'completed' = 3, 'failed' = 4, 'cancelled' = 5),
            start_time DateTime64(3), end_time Nullable(DateTime64(3)), duration_ms UInt32,
            request_payload String, response_payload String,
            error_message Nullable(String), error_stack Nullable(String),
            cpu_time_ms UInt32, memory_mb UInt32, token_count UInt32, tool_calls_count UInt32,
            environment String, service_version String, metadata String, tags Array(String),
            created_at DateTime64(3) DEFAULT now64(3), partition_date Date DEFAULT toDate(start_time)
        ) ENGINE = MergeTree PARTITION BY toYYYYMM(partition_date) ORDER BY (trace_id, start_time, user_id)
        TTL partition_date + INTERVAL 90 DAY
        """

    /// Measurements of agents, models and the database.
    private static let performanceMetrics = """
        CREATE TABLE \(defaultDatabase).performance_metrics (
            trace_id String, execution_id String, user_id String,
            metric_type Enum8(
                'latency' = 1, 'throughput' = 2, 'resource' = 3, 'llm' = 4, 'database' = 5, 'network' = 6, 'custom' = 7),
            metric_name String, value Float64, unit String, model_name String,
            prompt_tokens UInt32, completion_tokens UInt32, total_tokens UInt32,
            timestamp DateTime64(3) DEFAULT now64(3), partition_date Date DEFAULT toDate(timestamp)
        ) ENGINE = MergeTree PARTITION BY toYYYYMM(partition_date) ORDER BY (metric_type, timestamp)
        TTL partition_date + INTERVAL 30 DAY
        """

    /// Events of workloads with their measurements.
    private static let workloadEvents = """
        CREATE TABLE \(defaultDatabase).workload_events (
            event_id UUID DEFAULT generateUUIDv4(), timestamp DateTime64(3) DEFAULT now64(3), user_id UInt32, workload_id String,
            event_type String, event_category String, metrics Nested(name String, value Float64, unit String),
            dimensions Map(String, String), metadata String,
            INDEX event_type_index event_type TYPE set(100) GRANULARITY 1
        ) ENGINE = MergeTree PARTITION BY toYYYYMM(timestamp) ORDER BY (user_id, workload_id, timestamp)
        TTL toDateTime(timestamp) + INTERVAL 90 DAY
        """
}
