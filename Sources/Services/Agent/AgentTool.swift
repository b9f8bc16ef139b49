// A tool of an agent: what it takes, how long it takes, and what it gives back or why it fails, written down beforehand.

import Fixtures
import ServiceKit
import Wire

/// A tool of an agent.
struct AgentTool: Sendable, Equatable {
    /// A result for some messages only.
    struct Case: Sendable, Equatable {
        let message: TextPattern
        let result: JSONTemplate
    }

    /// What an attempt gives.
    enum Outcome: Equatable {
        case result(JSONValue)
        case failure(String)
    }

    let name: String
    let description: String
    /// What its arguments must be; nil for anything.
    let parameters: JSONSchema?
    let duration: Duration
    let cases: [Case]
    let result: JSONTemplate?
    let error: Template?
    /// How many attempts of a call fail before one succeeds; nil where all do, or none.
    let failures: Int?
    /// How often a call that failed is tried again, and after which wait.
    let retries: Int
    let retryDelay: Duration

    /// What the `attempt`-th attempt of a call gives, counted from 1.
    func outcome(_ attempt: Int, _ values: TemplateValues) -> Outcome {
        if let error, failures.map({ attempt <= $0 }) ?? true { return .failure(error.text(values)) }
        let fitting = cases.first { $0.message.isFound(in: values.message) }?.result ?? result
        return fitting.map { .result($0.value(values)) } ?? .failure("The tool has no result for this.")
    }

    /// What is wrong with arguments; nil where they may be used.
    func problem(with arguments: JSONValue) -> String? {
        let problems = parameters?.problems(of: arguments) ?? []
        return problems.isEmpty ? nil : "Invalid arguments: " + problems.map(\.description).joined(separator: "; ")
    }

    /// The tool as a model is told of it (OpenAI, "Function calling").
    var offer: JSONValue {
        [
            "type": "function",
            "function": [
                "name": .string(name), "description": .string(description),
                "parameters": parameters?.document ?? ["type": "object"],
            ],
        ]
    }

    /// What stands in for a tool that a model made up: a call of it fails.
    static func unknown(_ name: String) -> AgentTool {
        AgentTool(
            name: name, description: name, parameters: nil, duration: .zero, cases: [], result: nil,
            error: Template(parts: [.text("There is no such tool.")]), failures: nil, retries: 0, retryDelay: .zero)
    }
}

extension AgentTool {
    private static let fields = [
        "name", "description", "parameters", "duration", "cases", "result", "error", "failures", "retries", "retry_delay",
    ]

    /// Reads a tool. Throws `InputError`.
    init(_ node: FixtureNode) throws {
        let fields = try node.mapping(Self.fields)
        let nameNode = try fields.required("name")
        name = try nameNode.string()
        guard name.isASCIIName(of: 1...64) else {
            throw nameNode.error("A tool's name has letters, digits, '_' and '-', and at most 64 of them.")
        }
        description = try fields.optional("description")?.string() ?? name
        parameters = try fields.optional("parameters").map(Self.schema)
        duration = try fields.optional("duration")?.duration() ?? .zero
        cases = try fields.optional("cases")?.list().map(Case.init) ?? []
        result = try fields.optional("result").map { try JSONTemplate($0, in: TemplateScope()) }
        error = try fields.optional("error").map { try Template($0, in: TemplateScope()) }
        failures = try fields.optional("failures").map(Self.count)
        retries = try fields.optional("retries").map(Self.count) ?? 0
        retryDelay = try fields.optional("retry_delay")?.duration() ?? .zero
        switch (result, error, failures) {
        case (.some, nil, nil), (nil, .some, nil), (.some, .some, .some): break
        case (_, nil, .some):
            throw node.error("'failures' says how many attempts fail: say why in 'error', and what the next gives in 'result'.")
        default:
            throw node.error(
                "A tool has either 'result' or 'error'. It may have both, where 'failures' says how many attempts fail.")
        }
        if !cases.isEmpty, result == nil { throw node.error("'cases' need a 'result' for all other messages.") }
    }

    private static func count(_ node: FixtureNode) throws -> Int {
        let count = try node.integer()
        guard (0...100).contains(count) else { throw node.error("A number from 0 to 100 is expected here.") }
        return count
    }

    private static func schema(_ node: FixtureNode) throws -> JSONSchema {
        do {
            return try JSONSchema(node.json, source: "parameters")
        } catch let error as JSONSchemaError {
            throw node.error("The schema of the parameters cannot be used: \(error.pointer): \(error.message)")
        }
    }
}

extension AgentTool.Case {
    fileprivate init(_ node: FixtureNode) throws {
        let fields = try node.mapping(["message", "result"])
        let pattern = try fields.required("message")
        guard let message = TextPattern(try pattern.string()) else { throw pattern.error("This is not a regular expression.") }
        self.message = message
        result = try JSONTemplate(fields.required("result"), in: TemplateScope())
    }
}
