// What an agent does, step by step: a script, read from Fixtures/agents/*.yaml.

import Fixtures
import Wire

/// One agent's script: steps of its own, or a workflow over other agents.
public struct AgentScript: Sendable {
    /// The name by which the agent is asked for, and which its events carry.
    public let name: String
    /// What kind of agent it is.
    public let type: String
    let tools: [AgentTool]
    let steps: [Step]
    /// How far the data suffices, from 0 to 1, once the steps are done: decides how a workflow goes on.
    let dataSufficiency: JSONTemplate?
    /// The agents that this one has do the work; then it has no steps.
    let workflow: AgentWorkflow?

    /// A step of a script.
    enum Step: Sendable, Equatable {
        case think(Template)
        case tool(AgentTool, parameters: JSONTemplate)
        /// Asks a model, which may call the tools. Where `isAnswer` its text is the answer and goes to the user as it comes.
        case llm(prompt: Template, model: String, tools: [AgentTool], isAnswer: Bool)
        /// Writes a file for the user.
        case artifact(name: Template, content: Template)
        /// Ends the script with this answer.
        case answer(Template)
    }

    /// Reads a script. Throws `InputError`.
    init(_ node: FixtureNode) throws {
        let fields = try node.mapping([
            "name", "type", "description", "tools", "steps", "data_sufficiency", "workflow",
        ])
        name = try fields.required("name").string()
        type = try fields.optional("type")?.string() ?? name
        let tools = try fields.optional("tools")?.list().map(AgentTool.init) ?? []
        for (index, tool) in tools.enumerated() where tools[..<index].contains(where: { $0.name == tool.name }) {
            throw InputError("There are two tools named '\(tool.name)'. Rename one.", at: fields.optional("tools")?.place)
        }
        self.tools = tools
        if let workflow = fields.optional("workflow") {
            for key in ["steps", "tools", "data_sufficiency"] {
                if let extra = fields.optional(key) {
                    throw extra.error("An agent with a 'workflow' has no '\(key)': its agents have.")
                }
            }
            self.workflow = try AgentWorkflow(workflow)
            steps = []
            dataSufficiency = nil
            return
        }
        workflow = nil
        let steps = try fields.required("steps")
        var scope = TemplateScope()
        var read: [Step] = []
        for node in try steps.list() {
            if case .answer = read.last { throw node.error("'answer' is the last step. Put this step before it.") }
            read.append(try Step(node, tools: tools, scope: &scope))
        }
        guard case .answer(let answer) = read.last else { throw steps.error("The last step must be 'answer'.") }
        dataSufficiency = try fields.optional("data_sufficiency").map { try JSONTemplate($0, in: scope) }
        // Where the answer is just what the model says, the model's text is streamed. What comes before calls of tools
        // would be no part of the answer, so with tools it is not.
        if answer.parts == [.variable(.llm)], let index = read.lastIndex(where: \.isLLM),
            case .llm(let prompt, let model, let tools, _) = read[index], tools.isEmpty
        {
            read[index] = .llm(prompt: prompt, model: model, tools: [], isAnswer: true)
        }
        self.steps = read
    }

    /// The last of several tool steps; nil where there are not several.
    var lastToolStep: Int? {
        let places = steps.indices.filter { if case .tool = steps[$0] { true } else { false } }
        return places.count > 1 ? places.last : nil
    }
}

extension AgentScript.Step {
    private static let kinds = [
        "think": ["think"], "tool": ["tool", "parameters"], "llm": ["llm", "model", "tools"],
        "artifact": ["artifact", "content"], "answer": ["answer"],
    ]

    fileprivate var isLLM: Bool { if case .llm = self { true } else { false } }

    fileprivate init(_ node: FixtureNode, tools: [AgentTool], scope: inout TemplateScope) throws {
        let keys = try node.mapping().entries.map(\.key)
        guard let kind = keys.first(where: { Self.kinds[$0] != nil && $0 != "tools" }), let known = Self.kinds[kind] else {
            throw InputError.unknown("step", keys.first ?? "", known: Self.kinds.keys.sorted(), at: node.place)
        }
        let fields = try node.mapping(known)
        let subject = try fields.required(kind)
        func tool(_ node: FixtureNode) throws -> AgentTool {
            let name = try node.string()
            guard let tool = tools.first(where: { $0.name == name }) else {
                throw InputError.unknown("tool", name, known: tools.map(\.name), at: node.place)
            }
            return tool
        }
        switch kind {
        case "think": self = .think(try Template(subject, in: scope))
        case "tool":
            let tool = try tool(subject)
            let parameters = try fields.optional("parameters").map { try JSONTemplate($0, in: scope) }
            self = .tool(tool, parameters: parameters ?? .object([]))
            if let result = tool.result { scope.tools.append((tool.name, result)) }
        case "llm":
            let prompt = try Template(subject, in: scope)
            let offered = try fields.optional("tools")?.list().map(tool) ?? []
            let model = try fields.optional("model")?.string() ?? "gpt-4o"
            self = .llm(prompt: prompt, model: model, tools: offered, isAnswer: false)
            scope.hasLLM = true
        case "artifact":
            self = .artifact(name: try Template(subject, in: scope), content: try Template(fields.required("content"), in: scope))
        default: self = .answer(try Template(subject, in: scope))
        }
    }
}
