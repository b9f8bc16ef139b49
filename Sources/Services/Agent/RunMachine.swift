// The course of a run: what happened goes in, what to do comes out. Knows neither clock, network nor store.

import Kernel
import ServiceKit
import Wire

/// Takes a run through its script.
///
/// Every failure before the answer is saved ends the run with `agent_error`. After that the run is completed, and a
/// last event that cannot be posted does not undo it: so `agent_completed` is never sent for a failed run, and never
/// together with `agent_error`.
///
/// The state is saved after every step. A machine that is restored from it gives its events the numbers that they had, so
/// that those which were sent already are known when they come again.
struct RunMachine {
    /// Model text is posted in pieces of at least this many characters, but its first piece at once.
    static let chunkLengthMin = 24
    /// How often in a row a model may answer with calls of tools.
    static let roundsMax = 5

    let order: RunOrder
    var isEnding = false
    var state: RunState
    var unrecorded: [RunEvent] = []
    /// The last event of all.
    var lastEvent: RunEvent?
    let deviations: Set<Deviation>
    private var unsaved: [RunEvent] = []
    var toolBeginning: Instant
    /// The tool that is at work, with its arguments.
    var toolUnderWay: (tool: AgentTool, arguments: JSONValue, problem: String?)?
    private var text = ""
    private var unposted = ""

    init(_ order: RunOrder, at now: Instant, deviations: Set<Deviation> = []) {
        self.order = order
        self.deviations = deviations
        state = RunState(stages: [order.script.workflow?.first ?? order.script.name], beginning: now)
        toolBeginning = now
    }

    /// A run that was saved, with all events since its beginning.
    init(_ order: RunOrder, restored state: RunState, events: [RunEvent], at now: Instant, deviations: Set<Deviation> = []) {
        self.init(order, at: now, deviations: deviations)
        self.state = state
        lastEvent = events.last
        if state.phase != .recorded, state.phase != .completed { unrecorded = events }
    }

    /// The script of the agent at work.
    var script: AgentScript { order.scripts[state.stages[state.stage]] }
    private var isLastStage: Bool { order.script.workflow == nil || state.stage > 0 && state.stage == state.stages.count - 1 }
    /// The steps of all agents that are known to take part.
    private var steps: Int { state.stages.reduce(0) { $0 + order.scripts[$1].steps.count } }

    var values: TemplateValues {
        var values = TemplateValues(
            message: order.message, userID: order.userID, threadID: order.threadID, runID: order.runID)
        values.llm = state.llm
        values.previous = state.previous
        values.toolResults = state.toolResults
        return values
    }

    /// Takes what happened and returns what to do. Inputs that do not fit the step, and all after the end, do nothing.
    mutating func receive(_ input: RunInput, at now: Instant) -> [RunAction] {
        if isEnding { return [] }
        switch input {
        case .begin: return begin(at: now)
        case .resume: return resume(at: now)
        case .cancelled: return cancel(at: now)
        case .failed(let reason): return fail(reason, at: now)
        case .toolElapsed: return toolUnderWay == nil ? [] : completeTool(at: now)
        case .toolDenied:
            if toolUnderWay != nil { toolUnderWay?.problem = "The tool denied the call: permission denied." }
            return completeTool(at: now)
        case .paused: return proceed(at: now)
        case .written: return endStep() + advance(at: now)
        case .text(let piece):
            guard case .llm(_, _, _, let isAnswer) = script.steps[state.step] else { return [] }
            text += piece
            return isAnswer && isLastStage ? stream(piece, at: now) : []
        case .used(let usage):
            guard case .llm(_, let model, _, _) = script.steps[state.step] else { return [] }
            state.modelCalls += 1
            state.tokens += usage.totalTokens
            return [.meter(MeteredCall(number: state.modelCalls, model: model, usage: usage, time: now))]
        case .textEnded(let calls):
            guard case .llm = script.steps[state.step] else { return [] }
            return calls.isEmpty ? endText(at: now) : call(calls, at: now)
        case .recorded:
            unrecorded = []
            state.phase = .recorded
            let early = deviations.contains(.toldBeforeKept) ? lastEvent.map { [RunAction.post($0)] } ?? [] : []
            return early + [.save(checkpoint()), finish()]
        case .completed:
            isEnding = true
            return (lastEvent.map { [.post($0)] } ?? []) + [.announce]
        }
    }

    mutating func event(_ kind: RunEvent.Kind, of agent: String? = nil, at now: Instant, _ data: JSONObject) -> RunEvent {
        let event = RunEvent(
            kind: kind, index: state.nextEvent, time: now, agent: agent ?? script.name, data: data)
        state.nextEvent += 1
        unrecorded.append(event)
        unsaved.append(event)
        lastEvent = event
        return event
    }

    /// The state as it is to be saved now.
    mutating func checkpoint() -> RunCheckpoint {
        state.version += 1
        defer { unsaved = [] }
        return RunCheckpoint(state: state, steps: steps, events: unsaved)
    }

    private mutating func finish() -> RunAction {
        state.phase = .completed
        return .complete(answer: state.answer, checkpoint())
    }

    private mutating func begin(at now: Instant) -> [RunAction] {
        state.beginning = now
        var actions: [RunAction] = []
        if !deviations.contains(.startUnacknowledged) {
            let agent = order.script
            let tools = agent.tools.map { JSONValue.string($0.name) }
            let started = event(
                .started, of: agent.name, at: now,
                [
                    "agent_id": .string("\(agent.name)_\(order.runID)"), "agent_type": .string(agent.type),
                    "run_id": .string(order.runID), "status": "started", "message": "The agent has begun.",
                    "context": ["thread_id": .string(order.threadID), "tools": .array(tools)],
                ])
            actions.append(.post(started))
        }
        return actions + [.save(checkpoint())] + progress("started", at: now) + advance(at: now)
    }

    /// Goes on where the state was saved.
    private mutating func resume(at now: Instant) -> [RunAction] {
        if deviations.contains(.resumeFromStart), state.phase == .running {
            var fresh = RunState(stages: [order.script.workflow?.first ?? order.script.name], beginning: now)
            // Far from the numbers that were used, so that no event is taken for one that was sent.
            (fresh.nextEvent, fresh.version) = (state.nextEvent + 1000, state.version)
            state = fresh
            return begin(at: now)
        }
        switch state.phase {
        case .running where state.version == 0: return begin(at: now)
        case .running: return proceed(at: now)
        case .recorded: return [finish()]
        case .completed:
            isEnding = true
            return (lastEvent.map { [.post($0)] } ?? []) + [.announce]
        case .failed, .cancelled:
            isEnding = true
            return (lastEvent.map { [.post($0)] } ?? []) + [.record(unrecorded), .announce]
        }
    }

    /// Goes on within a step that calls tools, else with the step.
    private mutating func proceed(at now: Instant) -> [RunAction] {
        guard case .llm(_, let model, let tools, _) = script.steps[state.step], !state.dialogue.isEmpty else {
            return advance(at: now)
        }
        guard let call = state.calls.first else { return ask(model, tools) }
        return start(call, of: tools, at: now)
    }

    /// Goes through the steps up to the first that takes time.
    private mutating func advance(at now: Instant) -> [RunAction] {
        var actions: [RunAction] = []
        while true {
            if deviations.contains(.stepSkipped), state.step == script.lastToolStep { actions += endStep() }
            switch script.steps[state.step] {
            case .think(let thought):
                actions.append(.post(thinking(thought.text(values), at: now)))
                actions += endStep()
            case .tool(let tool, let parameters): return actions + start(tool, parameters.value(values), at: now)
            case .llm(let prompt, let model, let tools, _):
                state.dialogue = [["role": "user", "content": .string(prompt.text(values))]]
                state.rounds = 0
                return actions + ask(model, tools)
            case .artifact(let name, let content):
                return actions + [.write(artifact: name.text(values), content: content.text(values))]
            case .answer(let answer):
                if isLastStage { return actions + complete(answer.text(values), at: now) }
                actions += endStage(answer.text(values), at: now)
            }
        }
    }

    mutating func endStep() -> [RunAction] {
        state.step += 1
        state.stepsDone += 1
        state.dialogue = []
        return [.save(checkpoint())]
    }

    private mutating func ask(_ model: String, _ tools: [AgentTool]) -> [RunAction] {
        text = ""
        unposted = ""
        return [.askModel(ModelRequest(model: model, messages: state.dialogue, tools: tools))]
    }

    private mutating func call(_ calls: [ModelToolCall], at now: Instant) -> [RunAction] {
        guard case .llm(_, _, let tools, _) = script.steps[state.step], let first = calls.first else { return [] }
        state.rounds += 1
        guard state.rounds <= Self.roundsMax else {
            return fail("The model asked for tools \(state.rounds) times in a row and gave no answer.", at: now)
        }
        state.dialogue.append([
            "role": "assistant", "content": text.isEmpty ? .null : .string(text), "tool_calls": .array(calls.map(\.json)),
        ])
        state.calls = calls
        return start(first, of: tools, at: now)
    }

    private mutating func endText(at now: Instant) -> [RunAction] {
        guard !text.isEmpty else { return fail("The model gave no answer.", at: now) }
        state.llm = text
        let rest = chunk(at: now)
        return rest + endStep() + advance(at: now)
    }

    /// The model's tool has answered: its result joins the conversation, and the next call or question follows.
    mutating func answer(_ call: ModelToolCall, _ result: JSONValue, at now: Instant) -> [RunAction] {
        state.dialogue.append(["role": "tool", "tool_call_id": .string(call.id), "content": .string(result.text)])
        state.calls.removeFirst()
        return [.save(checkpoint())] + proceed(at: now)
    }

    private mutating func thinking(_ thought: String, at now: Instant) -> RunEvent {
        event(
            .thinking, at: now,
            [
                "reasoning": .string(thought), "thought": .string(thought), "step_number": JSONValue(state.stepsDone + 1),
                "progress_percentage": JSONValue(state.stepsDone * 100 / steps), "status": "thinking",
            ])
    }

    /// Tells that an agent of a workflow has begun or ended.
    private mutating func progress(_ status: String, at now: Instant) -> [RunAction] {
        guard order.script.workflow != nil else { return [] }
        let progress = event(
            .progress, at: now,
            [
                "stage": JSONValue(state.stage + 1), "stages": JSONValue(state.stages.count), "status": .string(status),
                "message": .string("\(script.name) has \(status == "started" ? "begun" : "finished")."),
            ])
        return [.post(progress)]
    }

    /// Ends the work of one agent of a workflow; after the first it is known who goes on.
    private mutating func endStage(_ answer: String, at now: Instant) -> [RunAction] {
        if state.stage == 0, let workflow = order.script.workflow {
            let sufficiency = AgentWorkflow.Sufficiency(script.dataSufficiency?.value(values))
            state.stages += workflow.order(for: sufficiency)
        }
        var actions = progress("completed", at: now)
        state.stage += 1
        state.step = -1
        (state.previous, state.llm, state.toolResults) = (answer, "", [:])
        actions += endStep()
        return actions + progress("started", at: now)
    }

    /// Posts the model's text once enough of it has come.
    private mutating func stream(_ piece: String, at now: Instant) -> [RunAction] {
        unposted += piece
        return state.chunks == 0 || unposted.count >= Self.chunkLengthMin ? chunk(at: now) : []
    }

    private mutating func chunk(at now: Instant) -> [RunAction] {
        guard !unposted.isEmpty else { return [] }
        defer {
            unposted = ""
            state.chunks += 1
        }
        return [.post(event(.responseChunk, at: now, ["content": .string(unposted), "index": JSONValue(state.chunks)]))]
    }

    private mutating func complete(_ answer: String, at now: Instant) -> [RunAction] {
        var actions: [RunAction] = []
        if state.chunks == 0 {
            unposted = answer
            actions = chunk(at: now)
        }
        state.stepsDone += 1
        state.answer = answer
        _ = event(
            .completed, of: order.script.name, at: now,
            [
                "status": "completed", "result": .string(answer), "message": "The agent has finished.",
                "execution_time_ms": Self.milliseconds(state.beginning, now),
            ])
        return actions + [.record(unrecorded)]
    }

    mutating func fail(_ reason: String, at now: Instant) -> [RunAction] {
        if deviations.contains(.fallbackClaimsSuccess), case .llm = script.steps[state.step], state.answer.isEmpty {
            unposted = "This is a general answer: please see the documentation."
            let chunk = chunk(at: now)
            return chunk + complete("This is a general answer: please see the documentation.", at: now)
        }
        // An answer that could not be saved was not given: no row should say so.
        unrecorded.removeAll { $0.kind == .completed }
        state.phase = .failed
        let error = end("failed", reason, "Your request could not be completed. Please try again.", at: now)
        return [.fail(reason, checkpoint()), .post(error), .record(unrecorded), .announce]
    }

    private mutating func cancel(at now: Instant) -> [RunAction] {
        unrecorded.removeAll { $0.kind == .completed }
        state.phase = .cancelled
        let tool = abandonTool(at: now)
        let error = end("cancelled", "The run was cancelled by its user.", "Your request was cancelled.", at: now)
        return [.save(checkpoint())] + tool + [.post(error), .record(unrecorded), .announce]
    }

    private mutating func end(_ status: String, _ reason: String, _ message: String, at now: Instant) -> RunEvent {
        isEnding = true
        return event(
            .error, of: order.script.name, at: now,
            ["status": .string(status), "error_message": .string(reason), "message": .string(message)])
    }

    static func milliseconds(_ start: Instant, _ end: Instant) -> JSONValue {
        .integer(start.duration(to: end).nanosecondsClamped / 1_000_000)
    }
}
