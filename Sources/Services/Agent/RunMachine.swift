// The course of a run: what happened goes in, what to do comes out. Knows neither clock, network nor store.

import Kernel
import ServiceKit
import Wire

/// What happened to a run.
enum RunInput: Equatable {
    case begin
    /// The tool has taken its time.
    case toolElapsed
    /// The model said this much more.
    case text(String)
    case textEnded
    /// The rows are in the analytics.
    case recorded
    /// The answer and the end of the run are saved.
    case completed
    /// Something did not work, in a sentence for the user.
    case failed(String)
}

/// What to do for a run. Actions are performed in order, each to its end; the first that does not work is the input
/// ``RunInput/failed(_:)``, and the rest of the list is void.
enum RunAction: Equatable {
    case post(RunEvent)
    case save(RunProgress)
    /// Waits, then ``RunInput/toolElapsed``.
    case waitForTool(Duration)
    /// Asks the model, then ``RunInput/text(_:)`` and ``RunInput/textEnded``.
    case askModel(prompt: String, model: String)
    /// Adds rows for these events to the analytics, then ``RunInput/recorded``.
    case record([RunEvent])
    /// Saves the answer as a message and the run as completed, in one transaction, then ``RunInput/completed``.
    case complete(answer: String)
    /// Saves the run as failed.
    case fail(String)
}

/// How far a run has come.
struct RunProgress: Sendable, Equatable {
    /// Steps done.
    let step: Int
    let steps: Int
}

/// Takes a run through its script.
///
/// Every failure before the answer is saved ends the run with `agent_error`. After that the run is completed, and a
/// last event that cannot be posted does not undo it: so `agent_completed` is never sent for a failed run, and never
/// together with `agent_error`.
struct RunMachine {
    /// Model text is posted in pieces of at least this many characters, but its first piece at once.
    static let chunkLengthMin = 24

    let order: RunOrder
    private(set) var isEnding = false
    private var values: TemplateValues
    private var events: [RunEvent] = []
    private var unrecorded: [RunEvent] = []
    private var answer = ""
    private var step = 0
    private var beginning: Instant
    private var toolBeginning: Instant
    private var text = ""
    private var unposted = ""
    private var chunks = 0

    init(_ order: RunOrder, at now: Instant) {
        self.order = order
        values = TemplateValues(
            message: order.message, userID: order.userID, threadID: order.threadID, runID: order.runID)
        beginning = now
        toolBeginning = now
    }

    private var steps: [AgentScript.Step] { order.script.steps }
    private var progress: RunProgress { RunProgress(step: step, steps: steps.count) }

    /// Takes what happened and returns what to do. Inputs that do not fit the step, and all after the end, do nothing.
    mutating func receive(_ input: RunInput, at now: Instant) -> [RunAction] {
        if isEnding { return [] }
        switch input {
        case .begin: return begin(at: now)
        case .failed(let reason): return fail(reason, at: now)
        case .toolElapsed:
            guard case .tool(let tool, _) = steps[step] else { return [] }
            return completeTool(tool, at: now)
        case .text(let piece):
            guard case .llm(_, _, let isAnswer) = steps[step] else { return [] }
            text += piece
            return isAnswer ? stream(piece, at: now) : []
        case .textEnded:
            guard case .llm(_, _, let isAnswer) = steps[step] else { return [] }
            guard !text.isEmpty else { return fail("The model gave no answer.", at: now) }
            values.llm = text
            return (isAnswer ? chunk(at: now) : []) + endStep() + advance(at: now)
        case .recorded:
            unrecorded = []
            return [.complete(answer: answer)]
        case .completed:
            isEnding = true
            return events.last.map { [.post($0)] } ?? []
        }
    }

    private mutating func event(_ kind: RunEvent.Kind, at now: Instant, _ data: JSONObject) -> RunEvent {
        let event = RunEvent(kind: kind, index: events.count, time: now, data: data)
        events.append(event)
        unrecorded.append(event)
        return event
    }

    private mutating func begin(at now: Instant) -> [RunAction] {
        let script = order.script
        let tools = script.tools.map { JSONValue.string($0.name) }
        let started = event(
            .started, at: now,
            [
                "agent_id": .string("\(script.name)_\(order.runID)"), "agent_type": .string(script.type),
                "run_id": .string(order.runID), "status": "started", "message": "The agent has begun.",
                "context": ["thread_id": .string(order.threadID), "tools": .array(tools)],
            ])
        return [.post(started), .save(progress)] + advance(at: now)
    }

    /// Goes through the steps up to the first that takes time.
    private mutating func advance(at now: Instant) -> [RunAction] {
        var actions: [RunAction] = []
        while true {
            switch steps[step] {
            case .think(let thought):
                actions.append(.post(thinking(thought.text(values), at: now)))
                actions += endStep()
            case .tool(let tool, let parameters):
                toolBeginning = now
                let executing = event(
                    .toolExecuting, at: now,
                    [
                        "tool_name": .string(tool.name), "parameters": parameters.value(values), "status": "executing",
                        "message": .string(tool.description),
                    ])
                return actions + [.post(executing), .waitForTool(tool.duration)]
            case .llm(let prompt, let model, _):
                text = ""
                return actions + [.askModel(prompt: prompt.text(values), model: model)]
            case .answer(let answer): return actions + complete(answer.text(values), at: now)
            }
        }
    }

    private mutating func endStep() -> [RunAction] {
        step += 1
        return [.save(progress)]
    }

    private mutating func thinking(_ thought: String, at now: Instant) -> RunEvent {
        event(
            .thinking, at: now,
            [
                "reasoning": .string(thought), "thought": .string(thought), "step_number": JSONValue(step + 1),
                "progress_percentage": JSONValue(step * 100 / steps.count), "status": "thinking",
            ])
    }

    private mutating func completeTool(_ tool: AgentScript.Tool, at now: Instant) -> [RunAction] {
        let result: JSONValue
        let error: String?
        switch tool.outcome {
        case .result(let template): (result, error) = (template.value(values), nil)
        case .failure(let template):
            let reason = template.text(values)
            (result, error) = (["error": .string(reason)], reason)
        }
        values.toolResults[tool.name] = result
        let completed = event(
            .toolCompleted, at: now,
            [
                "tool_name": .string(tool.name), "result": result, "status": error == nil ? "completed" : "failed",
                "execution_time_ms": Self.milliseconds(toolBeginning, now),
                "message": .string(error ?? "\(tool.name) has finished."),
            ])
        if let error { return [.post(completed)] + fail("The tool \(tool.name) failed: \(error)", at: now) }
        return [.post(completed)] + endStep() + advance(at: now)
    }

    /// Posts the model's text once enough of it has come.
    private mutating func stream(_ piece: String, at now: Instant) -> [RunAction] {
        unposted += piece
        return chunks == 0 || unposted.count >= Self.chunkLengthMin ? chunk(at: now) : []
    }

    private mutating func chunk(at now: Instant) -> [RunAction] {
        guard !unposted.isEmpty else { return [] }
        defer {
            unposted = ""
            chunks += 1
        }
        return [.post(event(.responseChunk, at: now, ["content": .string(unposted), "index": JSONValue(chunks)]))]
    }

    private mutating func complete(_ answer: String, at now: Instant) -> [RunAction] {
        var actions: [RunAction] = []
        if chunks == 0 {
            unposted = answer
            actions = chunk(at: now)
        }
        step += 1
        self.answer = answer
        _ = event(
            .completed, at: now,
            [
                "status": "completed", "result": .string(answer), "message": "The agent has finished.",
                "execution_time_ms": Self.milliseconds(beginning, now),
            ])
        return actions + [.record(unrecorded)]
    }

    private mutating func fail(_ reason: String, at now: Instant) -> [RunAction] {
        isEnding = true
        // An answer that could not be saved was not given: no row should say so.
        unrecorded.removeAll { $0.kind == .completed }
        let error = event(
            .error, at: now,
            [
                "status": "failed", "error_message": .string(reason),
                "message": "Your request could not be completed. Please try again.",
            ])
        return [.fail(reason), .post(error), .record(unrecorded)]
    }

    private static func milliseconds(_ start: Instant, _ end: Instant) -> JSONValue {
        .integer(start.duration(to: end).nanosecondsClamped / 1_000_000)
    }
}
