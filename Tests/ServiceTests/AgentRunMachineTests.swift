// The course of a run: inputs, and the actions that come of them, without clock, network or store.

import Kernel
import Testing
import Wire

@testable import AgentService

/// A machine for one script, and the time it is told.
private final class Rehearsal {
    private var machine: RunMachine
    private var now = Instant.simulatedEpoch

    init(_ script: String) throws {
        let scripts = try agentScripts(script)
        let order = RunOrder(
            runID: "r1", threadID: "t1", userID: "u1", message: "why?", script: try scripts.script(nil), scripts: scripts)
        machine = RunMachine(order, at: .simulatedEpoch)
    }

    func receive(_ input: RunInput, after time: Duration = .zero) -> [RunAction] {
        now = now.advanced(by: time)
        return machine.receive(input, at: now)
    }
}

/// What an action is, in a word or two.
private func summary(_ action: RunAction) -> String {
    switch action {
    case .post(let event): "post \(event.kind.rawValue)"
    case .save(let checkpoint): "save \(checkpoint.state.stepsDone)/\(checkpoint.steps)"
    case .waitForTool(let duration): "wait \(duration)"
    case .pause(let duration): "pause \(duration)"
    case .askModel(let request): "ask \(request.model): \(request.messages.last?["content"]?.string ?? "")"
    case .write(let name, _): "write \(name)"
    case .record(let events): "record \(events.map(\.kind.rawValue).joined(separator: " "))"
    case .complete(let answer, _): "complete \(answer)"
    case .fail(let reason, _): "fail \(reason)"
    case .meter(let call): "meter call \(call.number) of \(call.model): \(call.usage.totalTokens)"
    case .announce: "announce"
    }
}

@Suite struct AgentRunMachineTests {
    private static let script = """
        name: triage
        tools: [{name: look, description: Looking., duration: 400ms, result: {rows: 3}}]
        steps:
          - think: "asked: {{message}}"
          - tool: look
            parameters: {q: "{{message}}"}
          - llm: "answer {{message}} with {{tool.look.result.rows}} rows"
            model: m1
          - answer: "{{llm}}"
        """

    @Test func aRunTakesItsSteps() throws {
        let run = try Rehearsal(Self.script)
        let begun = run.receive(.begin)
        #expect(
            begun.map(summary) == [
                "post agent_started", "save 0/4", "post agent_thinking", "save 1/4", "post tool_executing", "wait 0.4 seconds",
            ])
        guard case .post(let thinking) = begun[2], case .post(let executing) = begun[4] else { return }
        #expect(thinking.data["thought"] == "asked: why?")
        #expect(thinking.data["step_number"] == 1)
        #expect(executing.data["parameters"] == ["q": "why?"])

        let looked = run.receive(.toolElapsed, after: .milliseconds(400))
        #expect(looked.map(summary) == ["post tool_completed", "save 2/4", "ask m1: answer why? with 3 rows"])
        guard case .post(let completed) = looked[0] else { return }
        #expect(completed.data["execution_time_ms"] == 400)
        #expect(completed.data["result"] == ["rows": 3])

        #expect(run.receive(.text("Because ")).map(summary) == ["post agent_response_chunk"])
        #expect(run.receive(.text("it is ")) == [])
        #expect(run.receive(.text("so, and always was.")).map(summary) == ["post agent_response_chunk"])
        #expect(run.receive(.text(" End")) == [])
        #expect(
            run.receive(.textEnded([])).map(summary) == [
                "post agent_response_chunk", "save 3/4",
                "record agent_started agent_thinking tool_executing tool_completed agent_response_chunk "
                    + "agent_response_chunk agent_response_chunk agent_completed",
            ])
        #expect(run.receive(.recorded).map(summary) == ["save 4/4", "complete Because it is so, and always was. End"])
        let ended = run.receive(.completed, after: .seconds(1))
        #expect(ended.map(summary) == ["post agent_completed", "announce"])
        guard case .post(let last) = ended[0] else { return }
        #expect(last.index == 7)
        #expect(last.data["execution_time_ms"] == 400)
    }

    @Test func theChunksTogetherAreTheAnswer() throws {
        let run = try Rehearsal(Self.script)
        _ = run.receive(.begin)
        _ = run.receive(.toolElapsed)
        let pieces = "One two three four five six seven eight nine ten eleven.".split(separator: " ").map { "\($0) " }
        var actions = pieces.flatMap { run.receive(.text($0)) }
        actions += run.receive(.textEnded([]))
        let chunks = actions.compactMap { action -> JSONObject? in
            if case .post(let event) = action, event.kind == .responseChunk { event.data } else { nil }
        }
        #expect(chunks.compactMap { $0["content"]?.string }.joined() == pieces.joined())
        #expect(chunks.compactMap { $0["index"]?.integer } == Array(0..<chunks.count))
        #expect(chunks.count >= 2)
    }

    @Test func whatAModelUsesIsMeteredBeforeItsAnswerIsTaken() throws {
        let run = try Rehearsal(Self.script)
        let usage = ModelUsage(promptTokens: 5, completionTokens: 2, totalTokens: 7)
        #expect(run.receive(.used(usage)) == [], "nothing was asked")
        _ = run.receive(.begin)
        _ = run.receive(.toolElapsed)
        _ = run.receive(.text("Because."))
        #expect(run.receive(.used(usage)).map(summary) == ["meter call 1 of m1: 7"])
        guard case .save(let checkpoint)? = run.receive(.textEnded([])).first else { return }
        #expect(checkpoint.state.modelCalls == 1 && checkpoint.state.tokens == 7)
        #expect(RunState(checkpoint.state.json) == checkpoint.state)
    }

    @Test func anAnswerWithoutAModelIsOneChunk() throws {
        let run = try Rehearsal("name: triage\nsteps: [{answer: 'I heard {{message}}'}]")
        let actions = run.receive(.begin)
        #expect(
            actions.map(summary) == [
                "post agent_started", "save 0/1", "post agent_response_chunk",
                "record agent_started agent_response_chunk agent_completed",
            ])
    }

    @Test func aFailureEndsTheRunAndNothingComesAfter() throws {
        let run = try Rehearsal(Self.script)
        _ = run.receive(.begin)
        _ = run.receive(.toolElapsed)
        _ = run.receive(.text("Because"))
        let failed = run.receive(.failed("The model's answer was cut off."))
        #expect(
            failed.map(summary) == [
                "fail The model's answer was cut off.", "post agent_error",
                "record agent_started agent_thinking tool_executing tool_completed agent_response_chunk agent_error",
                "announce",
            ])
        for input in [RunInput.textEnded([]), .recorded, .completed, .failed("again")] { #expect(run.receive(input) == []) }
    }

    @Test func anAnswerThatCannotBeSavedIsNoAnswer() throws {
        let run = try Rehearsal("name: triage\nsteps: [{answer: yes}]")
        _ = run.receive(.begin)
        _ = run.receive(.recorded)
        #expect(
            run.receive(.failed("The state of the run could not be saved.")).map(summary) == [
                "fail The state of the run could not be saved.", "post agent_error", "record agent_error",
                "announce",
            ])
    }

    @Test func anEventThatIsLostAtTheVeryEndDoesNotUndoTheRun() throws {
        let run = try Rehearsal("name: triage\nsteps: [{answer: yes}]")
        _ = run.receive(.begin)
        _ = run.receive(.recorded)
        #expect(run.receive(.completed).map(summary) == ["post agent_completed", "announce"])
        #expect(run.receive(.failed("The event agent_completed could not be delivered.")) == [])
    }

    @Test func aToolThatFailsIsPairedAllTheSame() throws {
        let run = try Rehearsal(
            "name: triage\ntools: [{name: t, error: 'no access for {{user_id}}'}]\nsteps: [{tool: t}, {answer: a}]")
        _ = run.receive(.begin)
        let actions = run.receive(.toolElapsed)
        #expect(
            actions.map(summary) == [
                "post tool_completed", "fail The tool t failed: no access for u1", "post agent_error",
                "record agent_started tool_executing tool_completed agent_error", "announce",
            ])
        guard case .post(let completed) = actions[0] else { return }
        #expect(completed.data["status"] == "failed")
        #expect(completed.data["result"] == ["error": "no access for u1"])
    }

    @Test func aModelThatSaysNothingFailsTheRun() throws {
        let run = try Rehearsal("name: triage\nsteps: [{llm: hello}, {answer: '{{llm}}'}]")
        _ = run.receive(.begin)
        #expect(run.receive(.textEnded([])).first.map(summary) == "fail The model gave no answer.")
    }
}
