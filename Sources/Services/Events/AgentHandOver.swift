// Hands users' messages to the agent over the mesh, with their own tokens, and makes the answers frames.

import HTTPTypes
import Kernel
import Logging
import ServiceKit
import Wire

/// Calls the agent for one connection.
struct AgentHandOver: Sendable {
    let context: ServiceContext
    let userID: String
    let token: String

    /// The frame that answers the message: `agent_task_ack`, or `error_message`. Throws only if cancelled.
    func perform(_ handOver: HandOver) async throws -> String {
        var body: JSONValue = ["message": .string(handOver.text)]
        if let thread = handOver.threadID { body["thread_id"] = .string(thread) }
        if let agent = handOver.agent { body["agent"] = .string(agent) }
        var call = Call.post("/api/agent/message").bearer(token).field(.contentType, "application/json")
        call.body = body.buffer
        if context.deviates(.handOverRepeated) { call.isRepeatable = true }
        do {
            return frame(for: try await context.caller("agent").fetch(call), to: handOver)
        } catch let error as CancellationError {
            throw error
        } catch {
            context.log.warning("the agent did not take a message: \(error)")
            return failure(
                .agentRequest, "The agent cannot be reached.", details: [:], ["Send the message again."], handOver.messageID)
        }
    }

    /// The frame that tells how far a run has come: `agent_status_update`, or `error_message`. Throws only if cancelled.
    func status(of run: String, answering messageID: String?) async throws -> String {
        // Whatever a client calls a run, it stays one part of the path.
        guard run.isASCIIName(of: 1...128) else {
            return failure(.message, "'\(run.prefix(128))' is no name of a run.", details: [:], [], messageID)
        }
        do {
            let reply = try await context.caller("agent").fetch(.get("/api/agent/\(run)/status").bearer(token))
            let answer = try? JSONValue(json: reply.body)
            if reply.status == .ok, let answer { return ServerFrame.status(answer, at: context.clock.now, answering: messageID) }
            let detail = answer?["detail"]?.string ?? "The agent answered with status \(reply.status.code)."
            return failure(.agentRequest, detail, details: ["status": JSONValue(reply.status.code)], [], messageID)
        } catch let error as CancellationError {
            throw error
        } catch {
            context.log.warning("the agent did not say how far a run has come: \(error)")
            return failure(.agentRequest, "The agent cannot be reached.", details: [:], ["Ask again."], messageID)
        }
    }

    private func frame(for reply: Reply, to handOver: HandOver) -> String {
        let answer = try? JSONValue(json: reply.body)
        if reply.status == .ok, let run = answer?["run_id"]?.string, let thread = answer?["thread_id"]?.string {
            return ServerFrame.accepted(handOver, run: run, thread: thread, userID: userID, at: context.clock.now)
        }
        let detail = answer?["detail"]?.string ?? "The agent answered with status \(reply.status.code)."
        let isAuthentication = reply.status == .unauthorized
        return failure(
            isAuthentication ? .authentication : .agentRequest, detail, details: ["status": JSONValue(reply.status.code)],
            isAuthentication ? ["Log in again and reconnect."] : [], handOver.messageID)
    }

    private func failure(
        _ code: ServerFrame.ErrorCode, _ message: String, details: JSONValue, _ suggestions: [String], _ messageID: String?
    ) -> String {
        ServerFrame.error(
            code, message, details: details, suggestions: suggestions, at: context.clock.now, answering: messageID)
    }
}
