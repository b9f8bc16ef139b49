// What the agent service answers with, as values.

public import Wire

/// A conversation thread.
public struct AgentThread: Sendable, Equatable {
    /// Its id.
    public let id: String
    /// Its title, if it has one.
    public let title: String?
    /// When it was made, in seconds since the epoch.
    public let createdAt: Int
    /// When it was last changed, in seconds since the epoch.
    public let updatedAt: Int
    /// How many messages it has.
    public let messageCount: Int
    /// `user_id`, `title`, `status`, `created_at`, and what was given.
    public let metadata: JSONValue

    init?(_ json: JSONValue) {
        guard let id = json["id"]?.string, let created = json["created_at"]?.integer,
            let updated = json["updated_at"]?.integer, let count = json["message_count"]?.integer,
            let metadata = json["metadata"]
        else { return nil }
        self.id = id
        title = metadata["title"]?.string
        createdAt = created
        updatedAt = updated
        messageCount = count
        self.metadata = metadata
    }
}

/// A message of a thread.
public struct ThreadMessage: Sendable, Equatable {
    /// Its id.
    public let id: String
    /// `user` or `assistant`.
    public let role: String
    /// Its text.
    public let content: String
    /// When it was written, in seconds since the epoch.
    public let createdAt: Int
    /// The run that it began or ended, if any.
    public let runID: String?

    init?(_ json: JSONValue) {
        guard let id = json["id"]?.string, let role = json["role"]?.string, let content = json["content"]?.string,
            let created = json["created_at"]?.integer
        else { return nil }
        self.id = id
        self.role = role
        self.content = content
        createdAt = created
        runID = json["metadata"]?["run_id"]?.string
    }
}

/// A page of a thread's messages.
public struct MessagePage: Sendable, Equatable {
    /// The messages of the page, the oldest first.
    public let messages: [ThreadMessage]
    /// How many the thread has.
    public let total: Int

    init?(_ json: JSONValue) {
        guard let items = json["messages"]?.array, let total = json["total"]?.integer else { return nil }
        messages = items.compactMap(ThreadMessage.init)
        self.total = total
        guard messages.count == items.count else { return nil }
    }
}

/// A run that has begun.
public struct StartedRun: Sendable, Equatable {
    /// The run's id.
    public let runID: String
    /// The thread it belongs to.
    public let threadID: String
    /// The user it is for.
    public let userID: String

    init?(_ json: JSONValue) {
        guard let run = json["run_id"]?.string, let thread = json["thread_id"]?.string,
            let user = json["user_id"]?.string
        else { return nil }
        (runID, threadID, userID) = (run, thread, user)
    }
}

/// How far a run has come.
public struct RunStatus: Sendable, Equatable {
    /// The run's id.
    public let runID: String
    /// The thread it belongs to.
    public let threadID: String
    /// `started`, `running`, `completed`, `failed` or `cancelled`.
    public let status: String
    /// The agent.
    public let agentName: String
    /// Steps done.
    public let currentStep: Int
    /// Steps in all.
    public let totalSteps: Int
    /// The tokens that its calls of models have used, as it last saved; nil where the service does not tell.
    public let tokensUsed: Int?
    /// The tokens that its user was charged with; nil where the service does not tell.
    public let tokensCharged: Int?
    /// Why it failed, if it has.
    public let error: String?

    /// Whether it will not change any more.
    public var isEnded: Bool { ["completed", "failed", "cancelled"].contains(status) }

    init?(_ json: JSONValue) {
        guard let run = json["run_id"]?.string, let thread = json["thread_id"]?.string,
            let status = json["status"]?.string, let agent = json["agent_name"]?.string,
            let current = json["current_step"]?.integer, let total = json["total_steps"]?.integer
        else { return nil }
        runID = run
        threadID = thread
        self.status = status
        agentName = agent
        currentStep = current
        totalSteps = total
        tokensUsed = json["tokens_used"]?.integer
        tokensCharged = json["tokens_charged"]?.integer
        error = json["error"]?.string
    }
}

/// What is kept of a run.
public struct RunStateReport: Sendable, Equatable {
    /// The run's id.
    public let runID: String
    /// The run's status.
    public let status: String
    /// How often the state was saved.
    public let version: Int
    /// The state itself.
    public let state: JSONValue

    init?(_ json: JSONValue) {
        guard let run = json["run_id"]?.string, let status = json["status"]?.string, let version = json["version"]?.integer,
            let state = json["state"], state.object != nil
        else { return nil }
        (runID, self.status, self.version, self.state) = (run, status, version, state)
    }
}

/// A page of a user's runs.
public struct RunPage: Sendable, Equatable {
    /// The runs of the page, the last first.
    public let runs: [RunStatus]
    /// How many there are.
    public let total: Int

    init?(_ json: JSONValue) {
        guard let items = json["runs"]?.array, let total = json["total"]?.integer else { return nil }
        runs = items.compactMap(RunStatus.init)
        self.total = total
        guard runs.count == items.count else { return nil }
    }
}

/// What became of the wish to end a run.
public struct RunCancellation: Sendable, Equatable {
    /// Whether the run was ended by it; else it had ended before.
    public let isCancelled: Bool
    /// The run's status now.
    public let status: String
    /// The same for people.
    public let message: String

    init?(_ json: JSONValue) {
        guard let success = json["success"]?.bool, let status = json["status"]?.string, let message = json["message"]?.string,
            json["run_id"]?.string != nil
        else { return nil }
        (isCancelled, self.status, self.message) = (success, status, message)
    }
}

/// A file that a run has written.
public struct ArtifactEntry: Sendable, Equatable {
    /// The run.
    public let runID: String
    /// The file's name.
    public let name: String
    /// Its size in bytes.
    public let size: Int

    init?(_ json: JSONValue) {
        guard let run = json["run_id"]?.string, let name = json["name"]?.string, let size = json["size"]?.integer
        else { return nil }
        (runID, self.name, self.size) = (run, name, size)
    }
}

/// What the agent service holds at one moment.
public struct AgentCensus: Sendable, Equatable {
    /// Whether the service and all that it needs are well.
    public let isHealthy: Bool
    /// Runs under way.
    public let runsLive: Int
    /// Runs that wait to be begun.
    public let runsWaiting: Int

    init?(_ json: JSONValue) {
        guard let status = json["status"]?.string, let live = json["runs"]?["live"]?.integer,
            let waiting = json["runs"]?["waiting"]?.integer, json["checks"]?.object != nil
        else { return nil }
        (isHealthy, runsLive, runsWaiting) = (status == "healthy", live, waiting)
    }
}
