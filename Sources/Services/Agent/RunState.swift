// What is kept of a run after every step, so that another instance of the service can go on with it.

import Kernel
import ServiceKit
import Wire

/// How far a run has come, and all that its further steps need.
struct RunState: Sendable, Equatable {
    /// Where a run stands.
    enum Phase: String, Sendable {
        case running
        /// The answer is known and its rows are in the analytics.
        case recorded
        /// The end is saved; the last event may not have been sent.
        case completed, failed, cancelled
    }

    var phase = Phase.running
    /// Counts the times the state was saved.
    var version = 0
    /// The agents of the run so far known; one where there is no workflow.
    var stages: [String]
    /// The agent at work.
    var stage = 0
    /// Its step.
    var step = 0
    /// Steps done, of all agents.
    var stepsDone = 0
    /// The number of the next event.
    var nextEvent = 0
    /// When the run began.
    var beginning: Instant
    /// What the variables hold: of the agent at work.
    var llm = ""
    var previous = ""
    var toolResults: [String: JSONValue] = [:]
    /// The conversation with a model that calls tools, and the calls that wait.
    var dialogue: [JSONValue] = []
    var calls: [ModelToolCall] = []
    var rounds = 0
    /// The attempt of the tool that is called.
    var attempt = 1
    /// Tools called so far.
    var toolsCalled = 0
    /// Calls of models that were answered, and the tokens that they used, as the models say.
    var modelCalls = 0
    var tokens = 0
    /// Pieces of the answer so far.
    var chunks = 0
    var answer = ""

    init(stages: [String], beginning: Instant) {
        self.stages = stages
        self.beginning = beginning
    }

    /// The state as it is saved.
    var json: JSONValue {
        [
            "phase": .string(phase.rawValue), "version": JSONValue(version), "stages": .array(stages.map(JSONValue.string)),
            "stage": JSONValue(stage), "step": JSONValue(step), "steps_done": JSONValue(stepsDone),
            "next_event": JSONValue(nextEvent), "beginning": .integer(beginning.nanoseconds), "llm": .string(llm),
            "previous": .string(previous),
            "tool_results": .object(JSONObject(toolResults.sorted { $0.key < $1.key }.map { ($0, $1) })),
            "dialogue": .array(dialogue), "calls": .array(calls.map(\.json)), "rounds": JSONValue(rounds),
            "attempt": JSONValue(attempt), "tools_called": JSONValue(toolsCalled), "model_calls": JSONValue(modelCalls),
            "total_tokens": JSONValue(tokens), "chunks": JSONValue(chunks),
            "answer": .string(answer),
        ]
    }

    /// A saved state; nil where it is none.
    init?(_ json: JSONValue) {
        guard let phase = json["phase"]?.string.flatMap(Phase.init), let stages = json["stages"]?.array?.compactMap(\.string),
            !stages.isEmpty, case .integer(let beginning)? = json["beginning"], let results = json["tool_results"]?.object
        else { return nil }
        func number(_ name: String) -> Int { json[name]?.integer ?? 0 }
        func text(_ name: String) -> String { json[name]?.string ?? "" }
        self.init(stages: stages, beginning: Instant(nanoseconds: beginning))
        self.phase = phase
        version = number("version")
        stage = min(number("stage"), stages.count - 1)
        step = number("step")
        stepsDone = number("steps_done")
        nextEvent = number("next_event")
        llm = text("llm")
        previous = text("previous")
        toolResults = Dictionary(uniqueKeysWithValues: results.map { ($0.key, $0.value) })
        dialogue = json["dialogue"]?.array ?? []
        calls = json["calls"]?.array?.compactMap(ModelToolCall.init) ?? []
        rounds = number("rounds")
        attempt = max(number("attempt"), 1)
        toolsCalled = number("tools_called")
        modelCalls = number("model_calls")
        tokens = number("total_tokens")
        chunks = number("chunks")
        answer = text("answer")
    }
}

/// A state on its way into the store, with the events since the one before.
struct RunCheckpoint: Sendable, Equatable {
    let state: RunState
    /// Steps in all, as far as they are known.
    let steps: Int
    let events: [RunEvent]
}

/// A call of a tool that a model asks for.
struct ModelToolCall: Sendable, Equatable {
    let id: String
    let name: String
    /// JSON, if the model made no mistake.
    let arguments: String

    init(id: String, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }

    /// A call as it is saved and sent.
    init?(_ json: JSONValue) {
        guard let id = json["id"]?.string, let function = json["function"], let name = function["name"]?.string,
            let arguments = function["arguments"]?.string
        else { return nil }
        self.init(id: id, name: name, arguments: arguments)
    }

    var json: JSONValue {
        ["id": .string(id), "type": "function", "function": ["name": .string(name), "arguments": .string(arguments)]]
    }
}
