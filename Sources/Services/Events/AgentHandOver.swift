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
        do {
            return frame(for: try await context.caller("agent").fetch(call), to: handOver)
        } catch let error as CancellationError {
            throw error
        } catch {
            context.log.warning("the agent did not take a message: \(error)")
            return failure(.agentRequest, "The agent cannot be reached.", details: [:], ["Send the message again."], handOver)
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
            isAuthentication ? ["Log in again and reconnect."] : [], handOver)
    }

    private func failure(
        _ code: ServerFrame.ErrorCode, _ message: String, details: JSONValue, _ suggestions: [String], _ handOver: HandOver
    ) -> String {
        ServerFrame.error(
            code, message, details: details, suggestions: suggestions, at: context.clock.now, answering: handOver.messageID)
    }
}
