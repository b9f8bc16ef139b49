// Scripts of agents: what is read, and what is refused, with file and line.

import Fixtures
import Foundation
import Testing
import Wire

@testable import AgentService

/// The scripts of a YAML text with one agent.
func agentScripts(_ text: String) throws -> AgentScripts {
    try AgentScripts([FixtureNode(text: text, name: "agent.yaml")])
}

@Suite struct AgentScriptTests {
    private let values = TemplateValues(message: "hello", userID: "u1", threadID: "t1", runID: "r1")

    @Test func theFixturesAreRead() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures/agents")
        let scripts = try AgentScripts.load(directory: folder.standardizedFileURL)
        #expect(scripts.names == ["actions", "data", "data_helper", "optimization", "reporting", "supervisor", "triage"])
        let triage = try scripts.script(nil)
        #expect(triage.name == "triage")
        #expect(triage.tools.first?.duration == .milliseconds(400))
        #expect(triage.steps.count == 6)
    }

    @Test func variablesAreFilledIn() throws {
        let script = try agentScripts(
            """
            name: triage
            tools:
              - name: count
                result: {rows: 3, of: "{{user_id}}", deep: {list: [1, 2]}}
            steps:
              - tool: count
                parameters: {question: "{{message}}", limit: 10}
              - tool: count
                parameters: {again: "{{tool.count.result.deep.list}}", text: "rows: {{tool.count.result.rows}}"}
              - answer: "{{ message }} of {{tool.count.result.of}}: {{tool.count.result}}"
            """
        ).script("triage")
        var values = values
        guard case .tool(let tool, let first) = script.steps[0], case .tool(_, let second) = script.steps[1],
            case .answer(let answer) = script.steps[2], let result = tool.result
        else {
            Issue.record("other steps than were written: \(script.steps)")
            return
        }
        values.toolResults["count"] = result.value(values)
        #expect(first.value(values) == ["question": "hello", "limit": 10])
        #expect(second.value(values) == ["again": [1, 2], "text": "rows: 3"])
        #expect(answer.text(values) == #"hello of u1: {"deep":{"list":[1,2]},"of":"u1","rows":3}"#)
    }

    @Test func onlyTheLastQuestionIsStreamedAndOnlyIfItIsTheAnswer() throws {
        func streamed(_ answer: String) throws -> [Bool] {
            let text = "name: triage\nsteps:\n  - llm: one\n  - llm: 'two: {{llm}}'\n  - answer: '\(answer)'"
            return try agentScripts(text).script(nil).steps.compactMap {
                if case .llm(_, _, _, let isAnswer) = $0 { isAnswer } else { nil }
            }
        }
        #expect(try streamed("{{llm}}") == [false, true])
        #expect(try streamed("It says {{llm}}") == [false, false])
    }

    @Test(arguments: [
        ("steps:\n  - thinks: hello", "agent.yaml:3: No step is named 'thinks'. Did you mean 'think'?"),
        ("steps:\n  - think: a\n    modl: b", "agent.yaml:4: No field is named 'modl'."),
        ("stepz: []", "agent.yaml:2: No field is named 'stepz'. Did you mean 'steps'?"),
        (
            "tools: [{name: search, result: 1}]\nsteps:\n  - tool: serch",
            "agent.yaml:4: No tool is named 'serch'. Did you mean 'search'?"
        ),
        ("steps:\n  - answer: '{{mesage}}'", "agent.yaml:3: No variable is named 'mesage'. Did you mean 'message'?"),
        ("steps:\n  - answer: '{{llm}}'", "agent.yaml:3: No variable is named 'llm'."),
        ("steps:\n  - answer: '{{message'", "agent.yaml:3: A variable is not closed."),
        ("steps:\n  - think: a", "agent.yaml:3: The last step must be 'answer'."),
        ("steps:\n  - answer: a\n  - think: b", "agent.yaml:4: 'answer' is the last step."),
        (
            "tools: [{name: t, result: {a: 1}}]\nsteps:\n  - tool: t\n  - answer: '{{tool.t.result.b}}'",
            "agent.yaml:5: The result of the tool 't' has no member 'b'."
        ),
        ("tools: [{name: t}]\nsteps: [{answer: a}]", "agent.yaml:2: A tool has either 'result' or 'error'."),
        ("tools: [{name: t, result: 1, failures: 2}]\nsteps: [{answer: a}]", "agent.yaml:2: 'failures' says how many"),
        ("tools: [{name: t, result: 1, retries: -1}]\nsteps: [{answer: a}]", "agent.yaml:2: A number from 0 to 100"),
        (
            "tools: [{name: t, result: 1, parameters: {typ: object}}]\nsteps: [{answer: a}]",
            "agent.yaml:2: The schema of the parameters cannot be used: #/typ: The keyword 'typ' is not known"
        ),
        (
            "tools: [{name: t, result: 1, cases: [{message: '(', result: 2}]}]\nsteps: [{answer: a}]",
            "agent.yaml:2: This is not a reg"
        ),
        ("steps:\n  - llm: q\n    tools: [t]\n  - answer: a", "agent.yaml:4: No tool is named 't'."),
        ("steps:\n  - artifact: a.md\n  - answer: a", "agent.yaml:3: The field 'content' is missing here."),
        (
            "workflow: {first: triag, sufficient: [], partial: [], insufficient: [], unknown: []}",
            "agent.yaml:1: No agent is named 'triag'. Did you mean 'triage'?"
        ),
        (
            "workflow: {first: triage, sufficient: [], partial: [], insufficient: [], unknown: []}",
            "agent.yaml:1: 'triage' is a workflow itself"
        ),
        (
            "workflow: {first: triage, sufficient: [], partial: [], unknown: []}",
            "agent.yaml:2: The field 'insufficient' is missing"
        ),
        ("workflow: {first: a}\nsteps: [{answer: a}]", "agent.yaml:3: An agent with a 'workflow' has no 'steps'"),
        ("tools: [{name: t, duration: 4, result: 1}]\nsteps: [{answer: a}]", "agent.yaml:2: A duration with its unit"),
    ])
    func whatIsWrongIsNamedWithItsPlace(_ text: String, _ beginning: String) {
        let error = #expect(throws: InputError.self) { try agentScripts("name: triage\n" + text) }
        #expect(error?.description.hasPrefix(beginning) == true, "\(error?.description ?? "")")
    }

    @Test func theDefaultAgentMustBeThere() {
        #expect(throws: InputError.self) { try agentScripts("name: other\nsteps: [{answer: a}]") }
    }

    @Test func anUnknownAgentIsRefusedWithTheNearestName() throws {
        let scripts = try agentScripts("name: triage\nsteps: [{answer: a}]")
        let error = #expect(throws: InputError.self) { try scripts.script("triag") }
        #expect(error?.message.contains("Did you mean 'triage'?") == true)
    }
}
