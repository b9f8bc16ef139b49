// All agents of a world: read once from a folder, shared by every run.

public import Fixtures
public import Foundation

/// The scripts of the agents, by name.
public struct AgentScripts: Sendable {
    /// The agent that is asked where a message names none.
    public static let defaultName = "triage"

    private let scripts: [String: AgentScript]

    /// The names of the agents, sorted.
    public var names: [String] { scripts.keys.sorted() }

    /// Scripts from YAML documents. Throws `InputError`: names the place and what is wrong there; also where two
    /// agents have one name, or none is named ``defaultName``.
    public init(_ documents: [FixtureNode]) throws {
        var scripts: [String: AgentScript] = [:]
        for document in documents {
            let script = try AgentScript(document)
            guard scripts.updateValue(script, forKey: script.name) == nil else {
                throw document.error("There are two agents named '\(script.name)'. Rename one.")
            }
        }
        guard scripts[Self.defaultName] != nil else {
            throw InputError(
                "No agent is named '\(Self.defaultName)', the one that is asked by default. Name one so; there are: "
                    + "\(scripts.keys.sorted().joined(separator: ", ")).")
        }
        self.scripts = scripts
        for document in documents { try checkWorkflow(of: document) }
    }

    /// Throws `InputError` where a workflow names an agent that is not there, or is a workflow itself.
    private func checkWorkflow(of document: FixtureNode) throws {
        let name = try document.mapping().required("name").string()
        for agent in scripts[name]?.workflow?.agents ?? [] {
            guard let script = scripts[agent] else { throw InputError.unknown("agent", agent, known: names, at: document.place) }
            if script.workflow != nil { throw document.error("'\(agent)' is a workflow itself, and cannot be part of one.") }
        }
    }

    /// The agent of a name that is known to be there.
    subscript(_ name: String) -> AgentScript {
        guard let script = scripts[name] else { preconditionFailure("no agent is named \(name)") }
        return script
    }

    /// Reads all `*.yaml` files of a folder. Throws `InputError`.
    public static func load(directory: URL) throws -> AgentScripts {
        let folder = directory.relativePath
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory.path) else {
            throw InputError("This folder of agents cannot be read.", at: Place(folder))
        }
        let documents = try names.filter { $0.hasSuffix(".yaml") }.sorted().map { name in
            try FixtureNode(file: directory.appendingPathComponent(name), name: "\(folder)/\(name)")
        }
        return try AgentScripts(documents)
    }

    /// The agent of a name, the default one for nil. Throws `InputError` where nobody has the name.
    func script(_ name: String?) throws -> AgentScript {
        let name = name ?? Self.defaultName
        guard let script = scripts[name] else { throw InputError.unknown("agent", name, known: names) }
        return script
    }
}
