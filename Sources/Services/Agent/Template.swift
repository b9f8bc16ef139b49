// Texts of scripts with variables in them: `{{message}}`. Read once, checked when read, filled in for every run.

import Fixtures
import ServiceKit
import Wire

/// A text with variables.
struct Template: Sendable, Equatable {
    /// A piece of a template.
    enum Part: Sendable, Equatable {
        case text(String)
        case variable(Variable)
    }

    /// What can be filled in.
    enum Variable: Sendable, Equatable {
        case message, userID, threadID, runID
        /// The text of the last `llm` step.
        case llm
        /// The answer of the agent before this one in a workflow; empty for the first.
        case previous
        /// What a tool gave back, or a member of it.
        case tool(String, path: [String])
    }

    let parts: [Part]

    init(parts: [Part]) { self.parts = parts }

    /// Reads a template. Throws `InputError` for a variable that `scope` does not have, or that is not closed.
    init(_ node: FixtureNode, in scope: TemplateScope) throws {
        let text = try node.string()
        var parts: [Part] = []
        var rest = text[...]
        while let opening = rest.firstRange(of: "{{") {
            if opening.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<opening.lowerBound]))) }
            rest = rest[opening.upperBound...]
            guard let closing = rest.firstRange(of: "}}") else {
                throw node.error("A variable is not closed. Write it as {{name}}.")
            }
            let name = rest[..<closing.lowerBound].filter { $0 != " " }
            parts.append(.variable(try scope.variable(String(name), at: node.place)))
            rest = rest[closing.upperBound...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    /// The text with its variables filled in.
    func text(_ values: TemplateValues) -> String {
        parts.reduce(into: "") { text, part in
            switch part {
            case .text(let piece): text += piece
            case .variable(let variable):
                let value = values[variable]
                text += value.string ?? value.text
            }
        }
    }
}

/// JSON whose texts are templates. A text that is one variable and nothing else becomes that variable's value.
indirect enum JSONTemplate: Sendable, Equatable {
    case value(JSONValue)
    case text(Template)
    case array([JSONTemplate])
    case object([Member])

    /// A member of an object.
    struct Member: Sendable, Equatable {
        let key: String
        let value: JSONTemplate
    }

    /// Reads a value of any shape. Throws `InputError`.
    init(_ node: FixtureNode, in scope: TemplateScope) throws {
        switch node.shape {
        case .text: self = .text(try Template(node, in: scope))
        case .list(let items): self = .array(try items.map { try JSONTemplate($0, in: scope) })
        case .mapping(let mapping):
            self = .object(try mapping.entries.map { Member(key: $0.key, value: try JSONTemplate($0.node, in: scope)) })
        default: self = .value(node.json)
        }
    }

    /// The value with its variables filled in.
    func value(_ values: TemplateValues) -> JSONValue {
        switch self {
        case .value(let value): return value
        case .text(let template):
            if template.parts.count == 1, case .variable(let variable) = template.parts[0] { return values[variable] }
            return .string(template.text(values))
        case .array(let items): return .array(items.map { $0.value(values) })
        case .object(let members): return .object(JSONObject(members.map { ($0.key, $0.value.value(values)) }))
        }
    }

    /// The part at a path of member names; nil where there is none.
    subscript(_ path: ArraySlice<String>) -> JSONTemplate? {
        guard let name = path.first else { return self }
        guard case .object(let members) = self else { return nil }
        return members.last { $0.key == name }?.value[path.dropFirst()]
    }
}

/// The variables that a template may use at its place in a script.
struct TemplateScope {
    /// The tools that have run before, with what they give back.
    var tools: [(name: String, result: JSONTemplate)] = []
    /// Whether an `llm` step has run before.
    var hasLLM = false

    private static let always: [(name: String, variable: Template.Variable)] = [
        ("message", .message), ("user_id", .userID), ("thread_id", .threadID), ("run_id", .runID),
        ("previous", .previous),
    ]

    /// All names, for "did you mean".
    private var names: [String] {
        Self.always.map(\.name) + (hasLLM ? ["llm"] : []) + tools.map { "tool.\($0.name).result" }
    }

    /// The variable of a name, such as `message` or `tool.log_fetcher.result.count`. Throws `InputError`.
    func variable(_ name: String, at place: Place) throws -> Template.Variable {
        if let variable = Self.always.first(where: { $0.name == name })?.variable { return variable }
        if name == "llm", hasLLM { return .llm }
        let path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard path.count >= 3, path[0] == "tool", path[2] == "result",
            let tool = tools.last(where: { $0.name == path[1] })
        else { throw InputError.unknown("variable", name, known: names, at: place) }
        guard tool.result[path[3...]] != nil else {
            let member = path[3...].joined(separator: ".")
            throw InputError("The result of the tool '\(tool.name)' has no member '\(member)'.", at: place)
        }
        return .tool(tool.name, path: Array(path[3...]))
    }
}

/// The values of the variables in one run.
struct TemplateValues: Sendable, Equatable {
    let message: String
    let userID: String
    let threadID: String
    let runID: String
    var llm = ""
    var previous = ""
    var toolResults: [String: JSONValue] = [:]

    init(message: String, userID: String, threadID: String, runID: String) {
        self.message = message
        self.userID = userID
        self.threadID = threadID
        self.runID = runID
    }

    subscript(_ variable: Template.Variable) -> JSONValue {
        switch variable {
        case .message: .string(message)
        case .userID: .string(userID)
        case .threadID: .string(threadID)
        case .runID: .string(runID)
        case .llm: .string(llm)
        case .previous: .string(previous)
        case .tool(let name, let path): path.reduce(toolResults[name] ?? .null) { $0[$1] ?? .null }
        }
    }
}
