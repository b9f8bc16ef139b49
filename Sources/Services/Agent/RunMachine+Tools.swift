// The tools of a run: begun, completed or failed, tried again, and given up with the run.

import Kernel
import Wire

extension RunMachine {
    /// Begins a call that a model asks for.
    mutating func start(_ call: ModelToolCall, of tools: [AgentTool], at now: Instant) -> [RunAction] {
        let tool = tools.first { $0.name == call.name } ?? .unknown(call.name)
        let arguments = try? JSONValue(json: call.arguments)
        guard let arguments, arguments.object != nil else {
            return start(tool, .string(call.arguments), problem: "The arguments are no JSON object.", at: now)
        }
        return start(tool, arguments, at: now)
    }

    /// Begins a tool. Arguments that it does not take make it fail at once.
    mutating func start(
        _ tool: AgentTool, _ arguments: JSONValue, problem: String? = nil, at now: Instant
    ) -> [RunAction] {
        let problem = problem ?? tool.problem(with: arguments)
        toolBeginning = now
        toolUnderWay = (tool, arguments, problem)
        var data: JSONObject = [
            "tool_name": .string(tool.name), "parameters": arguments, "status": "executing",
            "message": .string(tool.description),
        ]
        if tool.retries > 0 { data["attempt"] = JSONValue(state.attempt) }
        let executing = event(.toolExecuting, at: now, data)
        var duration = problem == nil ? tool.duration : .zero
        if state.toolsCalled == 0, deviations.contains(.slowTool) { duration += .seconds(31) }
        state.toolsCalled += 1
        return [.post(executing), .waitForTool(duration)]
    }

    mutating func completeTool(at now: Instant) -> [RunAction] {
        guard let (tool, _, problem) = toolUnderWay else { return [] }
        toolUnderWay = nil
        switch problem.map(AgentTool.Outcome.failure) ?? tool.outcome(state.attempt, values) {
        case .result(let result):
            let completed = completed(tool, result, at: now)
            state.attempt = 1
            if !deviations.contains(.toolResultLost) { state.toolResults[tool.name] = result }
            return [.post(completed)] + goOn(with: result, at: now)
        case .failure(let reason):
            let completed = completed(tool, ["error": .string(reason)], failure: reason, at: now)
            if problem == nil, state.attempt <= tool.retries {
                state.attempt += 1
                return [.post(completed), .pause(tool.retryDelay)]
            }
            state.attempt = 1
            // A model is told what went wrong, and may find another way.
            if !state.calls.isEmpty { return [.post(completed)] + goOn(with: ["error": .string(reason)], at: now) }
            return [.post(completed)] + fail("The tool \(tool.name) failed: \(reason)", at: now)
        }
    }

    /// Ends the tool under way together with its run.
    mutating func abandonTool(at now: Instant) -> [RunAction] {
        guard let (tool, _, _) = toolUnderWay else { return [] }
        toolUnderWay = nil
        let reason = "The run was cancelled."
        return [.post(completed(tool, ["error": .string(reason)], failure: reason, at: now))]
    }

    private mutating func goOn(with result: JSONValue, at now: Instant) -> [RunAction] {
        if let call = state.calls.first { return answer(call, result, at: now) }
        return endStep() + receive(.paused, at: now)
    }

    private mutating func completed(
        _ tool: AgentTool, _ result: JSONValue, failure: String? = nil, at now: Instant
    ) -> RunEvent {
        var data: JSONObject = [
            "tool_name": .string(tool.name), "result": result, "status": failure == nil ? "completed" : "failed",
            "execution_time_ms": Self.milliseconds(toolBeginning, now),
            "message": .string(failure ?? "\(tool.name) has finished."),
        ]
        if tool.retries > 0 { data["attempt"] = JSONValue(state.attempt) }
        return event(.toolCompleted, at: now, data)
    }
}
