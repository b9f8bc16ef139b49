// What an agent does, step by step: a script, read from Fixtures/agents/*.yaml.

import Fixtures

/// One agent's script.
public struct AgentScript: Sendable {
    /// The name by which the agent is asked for, and which its events carry.
    public let name: String
    /// What kind of agent it is.
    public let type: String
    let tools: [Tool]
    let steps: [Step]

    /// A tool of an agent: what it gives back is written down beforehand.
    struct Tool: Sendable, Equatable {
        let name: String
        let description: String
        let duration: Duration
        let outcome: Outcome

        enum Outcome: Sendable, Equatable {
            case result(JSONTemplate)
            /// The tool fails, and the run with it.
            case failure(Template)
        }
    }

    /// A step of a script.
    enum Step: Sendable, Equatable {
        case think(Template)
        case tool(Tool, parameters: JSONTemplate)
        /// Asks a model. Where `isAnswer` its text is the answer and goes to the user as it comes.
        case llm(prompt: Template, model: String, isAnswer: Bool)
        /// Ends the run with this answer.
        case answer(Template)
    }

    /// Reads a script. Throws `InputError`.
    init(_ node: FixtureNode) throws {
        let fields = try node.mapping(["name", "type", "description", "tools", "steps"])
        name = try fields.required("name").string()
        type = try fields.optional("type")?.string() ?? name
        let tools = try fields.optional("tools")?.list().map(Tool.init) ?? []
        for (index, tool) in tools.enumerated() where tools[..<index].contains(where: { $0.name == tool.name }) {
            throw InputError("There are two tools named '\(tool.name)'. Rename one.", at: fields.optional("tools")?.place)
        }
        self.tools = tools
        let steps = try fields.required("steps")
        var scope = TemplateScope()
        var read: [Step] = []
        for node in try steps.list() {
            if case .answer = read.last { throw node.error("'answer' is the last step. Put this step before it.") }
            read.append(try Step(node, tools: tools, scope: &scope))
        }
        guard case .answer(let answer) = read.last else { throw steps.error("The last step must be 'answer'.") }
        // Where the answer is just what the model says, the model's text is streamed.
        if answer.parts == [.variable(.llm)], let index = read.lastIndex(where: \.isLLM),
            case .llm(let prompt, let model, _) = read[index]
        {
            read[index] = .llm(prompt: prompt, model: model, isAnswer: true)
        }
        self.steps = read
    }
}

extension AgentScript.Tool {
    fileprivate init(_ node: FixtureNode) throws {
        let fields = try node.mapping(["name", "description", "duration", "result", "error"])
        let nameNode = try fields.required("name")
        name = try nameNode.string()
        guard !name.isEmpty, !name.contains(where: { $0 == "." || $0 == " " || $0 == "}" }) else {
            throw nameNode.error("A tool's name has no dots, spaces or braces.")
        }
        description = try fields.optional("description")?.string() ?? name
        duration = try fields.optional("duration")?.duration() ?? .zero
        switch (fields.optional("result"), fields.optional("error")) {
        case (let result?, nil): outcome = .result(try JSONTemplate(result, in: TemplateScope()))
        case (nil, let error?): outcome = .failure(try Template(error, in: TemplateScope()))
        default: throw node.error("A tool has either 'result' or 'error'.")
        }
    }
}

extension AgentScript.Step {
    private static let kinds = [
        "think": ["think"], "tool": ["tool", "parameters"], "llm": ["llm", "model"], "answer": ["answer"],
    ]

    fileprivate var isLLM: Bool { if case .llm = self { true } else { false } }

    fileprivate init(_ node: FixtureNode, tools: [AgentScript.Tool], scope: inout TemplateScope) throws {
        let keys = try node.mapping().entries.map(\.key)
        guard let kind = keys.first(where: { Self.kinds[$0] != nil }), let known = Self.kinds[kind] else {
            throw InputError.unknown("step", keys.first ?? "", known: Self.kinds.keys.sorted(), at: node.place)
        }
        let fields = try node.mapping(known)
        let subject = try fields.required(kind)
        switch kind {
        case "think": self = .think(try Template(subject, in: scope))
        case "tool":
            let name = try subject.string()
            guard let tool = tools.first(where: { $0.name == name }) else {
                throw InputError.unknown("tool", name, known: tools.map(\.name), at: subject.place)
            }
            let parameters = try fields.optional("parameters").map { try JSONTemplate($0, in: scope) }
            self = .tool(tool, parameters: parameters ?? .object([]))
            if case .result(let result) = tool.outcome { scope.tools.append((name, result)) }
        case "llm":
            let prompt = try Template(subject, in: scope)
            self = .llm(prompt: prompt, model: try fields.optional("model")?.string() ?? "gpt-4o", isAnswer: false)
            scope.hasLLM = true
        default: self = .answer(try Template(subject, in: scope))
        }
    }
}
