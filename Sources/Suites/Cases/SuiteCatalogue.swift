// Every case there is, and which of them can be collected.

public import Worlds

/// The cases of all suites.
public enum SuiteCatalogue {
    /// Every case, in the order in which they are listed and run within their layer.
    public static let cases: [SuiteCase] = endToEnd + staging + multiUser

    private static let endToEnd: [SuiteCase] = [
        goldenPath, ProviderLogin.suiteCase, CodeExchange.suiteCase, TestBypass.suiteCase, TokenLifecycle.suiteCase,
        TokenExpiry.suiteCase, SessionPersistence.suiteCase, AuthCoordination.suiteCase, WebSocketHandshake.suiteCase,
        WebSocketAuthentication.suiteCase, FiveEvents.suiteCase, ReconnectRecovery.suiteCase, Heartbeats.suiteCase,
        AgentStart.suiteCase, ToolResults.suiteCase, AgentWorkflow.suiteCase, StatePersistence.suiteCase,
        AgentCancel.suiteCase,
        EventStreaming.suiteCase, EventOrder.suiteCase, EventIsolation.suiteCase, EventSchemas.suiteCase,
        FirstMessage.suiteCase, ChatFlow.suiteCase, ResponseStreaming.suiteCase, ErrorRecovery.suiteCase,
        ChaosSessions.suiteCase,
    ]

    private static let staging: [SuiteCase] = [
        NetworkConnectivity.suiteCase, StoreConnectivity.suiteCase, ModelConnectivity.suiteCase, ServiceDiscovery.suiteCase,
        ConnectionTime.suiteCase, ResponseTime.suiteCase, ToolTime.suiteCase, DeliveryLatency.suiteCase,
        ConcurrentUsers.suiteCase, DatabaseTransactions.suiteCase, CacheSessions.suiteCase, AnalyticsPipeline.suiteCase,
        DataConsistency.suiteCase, ModelAnswers.suiteCase, TransactionIsolation.suiteCase, AnalyticsAccuracy.suiteCase,
        CacheCoherency.suiteCase,
        EnvironmentConfiguration.suiteCase, ChaosThreads.suiteCase,
    ]

    private static let multiUser: [SuiteCase] = [
        Crowd.suiteCase, IndependentContexts.suiteCase, IsolatedThreads.suiteCase, ResourceCleanup.suiteCase,
        UserBoundaries.suiteCase, AccountOwnership.suiteCase, FilteredQueries.suiteCase, SessionMemory.suiteCase,
        ArtifactIsolation.suiteCase,
        EventRecipients.suiteCase, ConnectionIsolation.suiteCase, EventQueues.suiteCase, NotificationIsolation.suiteCase,
        NoGrowth.suiteCase, LinearMemory.suiteCase, ReleasedObjects.suiteCase, ChaosConversations.suiteCase,
    ]

    /// The case that goes through everything once: what self-tests and benchmarks run.
    public static let goldenPath = GoldenPath.suiteCase

    /// Collects cases: each that contradicts itself, the plan, or another is an error and left out.
    public static func collect(_ declared: [SuiteCase] = cases, bugs: [String] = DeviationCatalogue.names) -> Collection {
        var collection = Collection(declared: declared.count, cases: [], errors: [])
        for suiteCase in declared {
            let problems = problems(of: suiteCase, bugs: bugs, known: collection.cases.map(\.id))
            if problems.isEmpty { collection.cases.append(suiteCase) }
            collection.errors += problems.map { CollectionError(id: suiteCase.id, category: suiteCase.category, message: $0) }
        }
        return collection
    }

    private static func problems(of suiteCase: SuiteCase, bugs: [String], known: [String]) -> [String] {
        var problems: [String] = []
        if known.contains(suiteCase.id) { problems.append("another case has the same id") }
        if !TestPlan.categories.contains(suiteCase.category) || suiteCase.id == suiteCase.category + "/" {
            problems.append("its id does not begin with a category: \(TestPlan.categories.joined(separator: ", "))")
        }
        if suiteCase.covers.isEmpty { problems.append("it covers no line of the plan") }
        for id in suiteCase.covers where TestPlan.line(id) == nil { problems.append("the plan has no line \(id)") }
        if let first = suiteCase.covers.first.flatMap(TestPlan.line), first.category != suiteCase.category {
            problems.append("the line \(first.id), which it covers first, belongs to the category \(first.category)")
        }
        for bug in suiteCase.catches + suiteCase.finds where !bugs.contains(bug) {
            problems.append("no planted bug is named \(bug)")
        }
        return problems
    }

    /// What was declared, and what could be collected of it.
    public struct Collection: Sendable {
        /// How many cases were declared.
        public private(set) var declared: Int
        /// Those that can be run, in their order.
        public var cases: [SuiteCase]
        /// What is wrong with the others.
        public var errors: [CollectionError]

        /// Adds cases that are declared elsewhere.
        public mutating func add(_ more: [SuiteCase]) {
            declared += more.count
            cases += more
        }
    }
}

/// Why a case cannot be collected.
public struct CollectionError: Sendable, Hashable, CustomStringConvertible {
    /// The case.
    public let id: String
    /// Its category.
    public let category: String
    /// What is wrong.
    public let message: String

    public var description: String { "\(id): \(message)" }
}
