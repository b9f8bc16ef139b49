// The plan that the suites make executable: every line with its id, its category and its markers.

/// One line of the test plan.
public struct PlanLine: Sendable, Hashable {
    /// Its id: `E1.1`.
    public let id: String
    /// What it asks for.
    public let text: String
    /// The category that its cases belong to.
    public let category: String
    /// The markers that its cases carry.
    public let markers: [String]

    init(_ id: String, _ category: String, _ markers: String, _ text: String) {
        self.id = id
        self.category = category
        self.markers = markers.split(separator: " ").map(String.init)
        self.text = text
    }
}

/// The test plan.
public enum TestPlan {
    /// The categories, in the order in which they are listed.
    public static let categories = ["e2e", "staging", "multi_user", "isolation"]

    /// Every line, in the plan's order.
    public static let lines: [PlanLine] = endToEnd + staging + multiUser

    /// Every marker that an expression may name: those of the lines, the categories, and `docker_required`, which no case
    /// carries because nothing here needs Docker.
    public static let markers: [String] =
        categories + Set(lines.flatMap(\.markers)).subtracting(categories).sorted() + ["docker_required"]

    /// The line of an id.
    public static func line(_ id: String) -> PlanLine? { lines.first { $0.id == id } }

    private static let endToEnd: [PlanLine] = [
        PlanLine("E1.1", "e2e", "auth_flow golden_path", "OAuth login initiation and callback processing"),
        PlanLine("E1.2", "e2e", "auth_flow golden_path", "JWT token generation, validation and refresh"),
        PlanLine("E1.3", "e2e", "auth_flow golden_path", "Session persistence and cross-service authentication"),
        PlanLine("E1.4", "e2e", "auth_flow golden_path", "Auth service coordination with backend services"),
        PlanLine("E2.1", "e2e", "websocket_events revenue_protection", "WebSocket connection establishment and handshake"),
        PlanLine("E2.2", "e2e", "websocket_events revenue_protection", "Authentication over the WebSocket protocol"),
        PlanLine(
            "E2.3", "e2e", "websocket_events revenue_protection",
            "Delivery of the 5 critical events: agent_started, agent_thinking, tool_executing, tool_completed, agent_completed"),
        PlanLine("E2.4", "e2e", "websocket_events revenue_protection", "Connection resilience and recovery"),
        PlanLine("E3.1", "e2e", "agent_execution business_value", "Agent initialization and context setup"),
        PlanLine("E3.2", "e2e", "agent_execution business_value", "Tool execution and result processing"),
        PlanLine("E3.3", "e2e", "agent_execution business_value", "Multi-step agent workflows"),
        PlanLine("E3.4", "e2e", "agent_execution business_value", "Agent state management and persistence"),
        PlanLine("E4.1", "e2e", "event_delivery golden_path", "Real-time event streaming to the frontend"),
        PlanLine("E4.2", "e2e", "event_delivery golden_path", "Event ordering and delivery guarantees"),
        PlanLine("E4.3", "e2e", "event_delivery golden_path", "User isolation in event delivery"),
        PlanLine("E4.4", "e2e", "event_delivery golden_path", "Event payload validation and schema compliance"),
        PlanLine("E5.1", "e2e", "user_flow business_value", "First message user experience"),
        PlanLine("E5.2", "e2e", "user_flow business_value", "Chat initialization and message flow"),
        PlanLine("E5.3", "e2e", "user_flow business_value", "Response streaming and real-time updates"),
        PlanLine("E5.4", "e2e", "user_flow business_value", "Error handling and recovery as the user sees it"),
    ]

    private static let staging: [PlanLine] = [
        PlanLine("S1.1", "staging", "staging_validation staging_remote", "Network connectivity to all staging services"),
        PlanLine("S1.2", "staging", "staging_validation staging_remote", "Database, Redis, ClickHouse connectivity"),
        PlanLine("S1.3", "staging", "staging_validation staging_remote", "External API connectivity (LLM services)"),
        PlanLine("S1.4", "staging", "staging_validation", "Service discovery and load balancing"),
        PlanLine("S2.1", "staging", "performance_validation staging", "WebSocket connection established in under 2 s"),
        PlanLine("S2.2", "staging", "performance_validation staging", "Agent response begins in under 5 s"),
        PlanLine("S2.3", "staging", "performance_validation staging", "Tool execution results in under 30 s"),
        PlanLine("S2.4", "staging", "performance_validation staging", "Event delivery latency under 500 ms"),
        PlanLine("S2.5", "staging", "performance_validation staging", "10 and more concurrent users"),
        PlanLine("S3.1", "staging", "real_services staging_compatible", "PostgreSQL CRUD operations and transactions"),
        PlanLine("S3.2", "staging", "real_services staging_compatible", "Redis caching and session management"),
        PlanLine("S3.3", "staging", "real_services staging_compatible", "ClickHouse analytics data pipeline"),
        PlanLine("S3.4", "staging", "real_services staging_compatible", "LLM API integration and response handling"),
        PlanLine("S4.1", "staging", "database staging_environment", "Data consistency across service boundaries"),
        PlanLine("S4.2", "staging", "database staging_environment", "Transaction isolation and ACID compliance"),
        PlanLine("S4.3", "staging", "database staging_environment", "Analytics data accuracy and timeliness"),
        PlanLine("S4.4", "staging", "database staging_environment", "Cache coherency and invalidation"),
        PlanLine(
            "S5.1", "staging", "staging_validation",
            "No environment-specific configuration issues: one port table, no clash, every variable documented and checked"),
    ]

    private static let multiUser: [PlanLine] = [
        PlanLine(
            "M1.1", "multi_user", "multi_user_isolation concurrent_execution", "10 and more concurrent users without interference"
        ),
        PlanLine("M1.2", "multi_user", "multi_user_isolation concurrent_execution", "Independent agent execution contexts"),
        PlanLine("M1.3", "multi_user", "multi_user_isolation concurrent_execution", "Isolated conversation threads"),
        PlanLine("M1.4", "multi_user", "multi_user_isolation concurrent_execution", "Resource allocation and cleanup"),
        PlanLine("M2.1", "isolation", "data_isolation user_isolation", "User data cannot cross user boundaries"),
        PlanLine("M2.2", "isolation", "data_isolation user_isolation", "Database queries filtered by user context"),
        PlanLine("M2.3", "isolation", "data_isolation user_isolation", "Memory isolation between user sessions"),
        PlanLine("M2.4", "isolation", "data_isolation user_isolation", "File-system isolation for user artifacts"),
        PlanLine("M3.1", "isolation", "websocket_isolation event_delivery", "Events delivered only to the intended user"),
        PlanLine("M3.2", "isolation", "websocket_isolation event_delivery", "WebSocket connection isolation"),
        PlanLine("M3.3", "isolation", "websocket_isolation event_delivery", "Event queues separated by user"),
        PlanLine("M3.4", "isolation", "websocket_isolation event_delivery", "Real-time notification isolation"),
        PlanLine("M4.1", "multi_user", "memory_management concurrent_users", "No memory growth over concurrent executions"),
        PlanLine("M4.2", "multi_user", "memory_management concurrent_users", "Resources cleaned up after user sessions end"),
        PlanLine("M4.3", "multi_user", "memory_management concurrent_users", "Memory grows no faster than linearly with users"),
        PlanLine(
            "M4.4", "multi_user", "memory_management concurrent_users",
            "Objects are released when their last owner goes (the plan's garbage-collection line, as reference counting has it)"),
    ]
}
