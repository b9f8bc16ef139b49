// One of the devices on which a user changes a thread.

import Clients
import HTTPTypes
import Wire

/// A device that renames, reads and fills one thread, and notes all of it in the thread's history.
struct ThreadDevice: Sendable {
    let name: String
    let agent: AgentClient
    let caller: Caller
    let thread: String
    let token: String
    let history: ThreadHistory

    /// Writes a title and, in the metadata, its number.
    func rename(to revision: Int) async -> Attempt<Reply> {
        let call = Call(.put, "/api/threads/\(thread)").bearer(token)
            .json(value: [
                "title": .string(ThreadHistory.title(revision)), "metadata": ["revision": JSONValue(revision)],
            ])
        return await history.recorder.attempt(
            name, .rename(revision), meaning: { $0.status == .ok ? .renamed : nil }
        ) { try await caller.fetch(call) }
    }

    /// Reads the thread.
    func look() async -> Attempt<AgentThread> {
        await history.recorder.attempt(name, .look) { thread in
            .seen(title: thread.title ?? "nothing", revision: thread.metadata["revision"]?.text ?? "nothing")
        } _: {
            try await agent.thread(thread, token: token)
        }
    }

    /// Adds a message.
    func write(_ text: String) async -> Attempt<ThreadMessage> {
        await history.recorder.attempt(name, .write(text), refusalsAreFinal: true, meaning: { _ in .written }) {
            try await agent.addMessage(text, to: thread, token: token)
        }
    }

    /// Reads the messages.
    func list() async -> Attempt<[ThreadMessage]> {
        await history.recorder.attempt(name, .list, meaning: { .listed($0.map(\.content)) }) {
            try await agent.messages(in: thread, limit: 100, token: token).messages
        }
    }
}
