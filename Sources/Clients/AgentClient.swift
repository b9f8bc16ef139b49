// Calls the agent service as a front end does: threads, messages, runs.

import HTTPTypes
public import NIOCore
public import Wire

/// A typed caller of `agent`. Every call throws ``CallError``: `unexpectedStatus` for any answer but 200.
public struct AgentClient: Sendable {
    private let caller: Caller

    /// A client that calls by `caller`.
    public init(_ caller: Caller) { self.caller = caller }

    /// POST `/api/threads`: a new thread.
    public func createThread(title: String? = nil, metadata: JSONValue = [:], token: String) async throws -> AgentThread {
        let body: JSONValue = ["title": JSONValue(title), "metadata": metadata]
        return try await fetch(.post, "/api/threads", token, json: body, as: AgentThread.init)
    }

    /// GET `/api/threads`: a page of the user's threads, the last changed first.
    public func threads(limit: Int = 20, offset: Int = 0, token: String) async throws -> [AgentThread] {
        try await fetch(.get, "/api/threads?limit=\(limit)&offset=\(offset)", token) { json in
            guard let items = json.array else { return nil }
            let threads = items.compactMap(AgentThread.init)
            return threads.count == items.count ? threads : nil
        }
    }

    /// GET `/api/threads/{id}`.
    public func thread(_ id: String, token: String) async throws -> AgentThread {
        try await fetch(.get, "/api/threads/\(id)", token, as: AgentThread.init)
    }

    /// PUT `/api/threads/{id}`: the thread with another title.
    public func renameThread(_ id: String, to title: String, token: String) async throws -> AgentThread {
        try await fetch(.put, "/api/threads/\(id)", token, json: ["title": .string(title)], as: AgentThread.init)
    }

    /// DELETE `/api/threads/{id}`: the thread is archived, and not there any more.
    public func archiveThread(_ id: String, token: String) async throws {
        _ = try await fetch(.delete, "/api/threads/\(id)", token) { $0 }
    }

    /// GET `/api/threads/{id}/messages`: a page of the thread's messages, the oldest first.
    public func messages(in thread: String, limit: Int = 50, offset: Int = 0, token: String) async throws -> MessagePage {
        try await fetch(.get, "/api/threads/\(thread)/messages?limit=\(limit)&offset=\(offset)", token, as: MessagePage.init)
    }

    /// POST `/api/threads/{id}/messages`: keeps a message, without asking an agent.
    public func addMessage(_ text: String, to thread: String, token: String) async throws -> ThreadMessage {
        try await fetch(.post, "/api/threads/\(thread)/messages", token, json: ["message": .string(text)], as: ThreadMessage.init)
    }

    /// POST `/api/agent/message`: asks an agent, the default one where `agent` is nil, in a new thread where `thread`
    /// is nil. Returns once the run has begun; its events come by the events service.
    public func sendMessage(
        _ text: String, in thread: String? = nil, agent: String? = nil, token: String
    ) async throws -> StartedRun {
        let body: JSONValue = ["message": .string(text), "thread_id": JSONValue(thread), "agent": JSONValue(agent)]
        return try await fetch(.post, "/api/agent/message", token, json: body, as: StartedRun.init)
    }

    /// GET `/api/agent/{run_id}/status`.
    public func runStatus(_ run: String, token: String) async throws -> RunStatus {
        try await fetch(.get, "/api/agent/\(run)/status", token, as: RunStatus.init)
    }

    /// GET `/api/agent/{run_id}/state`: what is kept of a run, so that it can go on after a crash.
    public func runState(_ run: String, token: String) async throws -> RunStateReport {
        try await fetch(.get, "/api/agent/\(run)/state", token, as: RunStateReport.init)
    }

    /// GET `/api/agent/runs`, or of one thread `/api/agent/thread/{id}/runs`: a page of the user's runs, the last first.
    public func runs(in thread: String? = nil, limit: Int = 20, offset: Int = 0, token: String) async throws -> RunPage {
        let path = thread.map { "/api/agent/thread/\($0)/runs" } ?? "/api/agent/runs"
        return try await fetch(.get, "\(path)?limit=\(limit)&offset=\(offset)", token, as: RunPage.init)
    }

    /// POST `/api/chat/agents/{run_id}/cancel`: ends a run, unless it has ended.
    public func cancelRun(_ run: String, token: String) async throws -> RunCancellation {
        try await fetch(.post, "/api/chat/agents/\(run)/cancel", token, json: [:], as: RunCancellation.init)
    }

    /// GET `/api/artifacts`: the files that the user's runs have written, by run and name.
    public func artifacts(token: String) async throws -> [ArtifactEntry] {
        try await fetch(.get, "/api/artifacts", token) { json in
            guard let items = json["artifacts"]?.array, json["total"]?.integer == items.count else { return nil }
            let entries = items.compactMap(ArtifactEntry.init)
            return entries.count == items.count ? entries : nil
        }
    }

    /// GET `/api/artifacts/{run_id}/{name}`: the content of such a file.
    public func artifact(_ name: String, of run: String, token: String) async throws -> ByteBuffer {
        try await caller.reply(to: Call.get("/api/artifacts/\(run)/\(name)").bearer(token), status: .ok).body
    }

    /// GET `/api/health`: whether the service and what it needs are well, and how many runs it holds.
    public func census() async throws -> AgentCensus {
        try await caller.result(of: .get("/api/health"), status: .ok, as: AgentCensus.init)
    }

    /// GET `/api/discovery/services`: the services of the environment with the addresses at which each is reached.
    public func services() async throws -> [(name: String, urls: [String])] {
        try await caller.result(of: .get("/api/discovery/services"), status: .ok) { json in
            guard let services = json["services"]?.object else { return nil }
            let entries = services.compactMap { member -> (name: String, urls: [String])? in
                guard let addresses = member.value["addresses"]?.array else { return nil }
                let urls = addresses.compactMap { $0["url"]?.string }
                return urls.count == addresses.count ? (member.key, urls) : nil
            }
            return entries.count == services.count ? entries : nil
        }
    }

    private func fetch<Value>(
        _ method: HTTPRequest.Method, _ path: String, _ token: String, json body: JSONValue? = nil,
        as read: (JSONValue) -> Value?
    ) async throws -> Value {
        let call = Call(method, path).bearer(token)
        return try await caller.result(of: body.map(call.json(value:)) ?? call, status: .ok, as: read)
    }
}
