// What the fake model says: scripts from YAML files, read once, and the choice of one for a request.

import Fixtures
public import Foundation

/// The scripts of a fake model.
///
/// A file is a list of scripts; a script has a `reply`, maybe a `match` (`model`: its exact name; `user`: a regular
/// expression that is found in the last text of the user), and maybe a `pace` (`first_token`, `per_token`, `jitter`).
/// The first script that matches is taken, in the order of file names and then of the file; the one script without
/// `match` is taken where none does.
public struct LLMScripts: Sendable {
    struct Script: Sendable {
        let model: String?
        let user: TextPattern?
        let reply: ReplyTemplate
        let pace: Pace
        let place: Place
    }

    private let scripts: [Script]
    private let fallback: Script
    /// The models that scripts name, sorted, after the one that stands for all others.
    let models: [String]

    /// The model of which every script may speak.
    static let defaultModel = "backlot-default"

    /// Reads all `.yaml` files of a directory. Throws ``Fixtures/InputError`` with file and line for anything that is
    /// not understood, and where no script is without `match`, or more than one is.
    public static func load(directory: URL) throws -> LLMScripts {
        let place = Place(directory.relativePath)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory.path) else {
            throw InputError("This directory of LLM scripts cannot be read.", at: place)
        }
        let files = names.filter { $0.hasSuffix(".yaml") }.sorted()
        let nodes = try files.map { name in
            let file = directory.appendingPathComponent(name)
            return try FixtureNode(file: file, name: place.source + "/" + name)
        }
        return try LLMScripts(nodes, place: place)
    }

    /// Reads one text, which errors call `name`.
    init(text: String, name: String) throws {
        try self.init([FixtureNode(text: text, name: name)], place: Place(name))
    }

    private init(_ files: [FixtureNode], place: Place) throws {
        let all = try files.flatMap { try $0.list() }.map(Script.init)
        let fallbacks = all.filter { $0.model == nil && $0.user == nil }
        guard let fallback = fallbacks.first else {
            throw InputError("One LLM script must have no 'match', to be taken where no other matches; none is.", at: place)
        }
        if fallbacks.count > 1 {
            throw InputError(
                "Only one LLM script may have no 'match', and \(fallback.place) has none already.", at: fallbacks[1].place)
        }
        self.fallback = fallback
        scripts = all.filter { $0.model != nil || $0.user != nil }
        models = [Self.defaultModel] + Set(scripts.compactMap(\.model)).subtracting([Self.defaultModel]).sorted()
    }

    /// The script for a request.
    func script(model: String, user: String) -> Script {
        scripts.first { $0.matches(model: model, user: user) } ?? fallback
    }
}

extension LLMScripts.Script {
    fileprivate init(_ node: FixtureNode) throws {
        let mapping = try node.mapping(["match", "reply", "pace"])
        reply = try ReplyTemplate(mapping.required("reply"))
        pace = try mapping.optional("pace").map(Pace.init) ?? Pace()
        place = mapping.place
        guard let match = mapping.optional("match") else {
            model = nil
            user = nil
            return
        }
        let conditions = try match.mapping(["model", "user"])
        model = try conditions.optional("model")?.string()
        user = try conditions.optional("user").map { node in
            let pattern = try node.string()
            guard let expression = TextPattern(pattern) else {
                throw node.error("'\(pattern)' is not a regular expression.")
            }
            return expression
        }
        if model == nil, user == nil { throw match.error("A 'match' needs 'model' or 'user'. Leave it out to match all.") }
    }

    fileprivate func matches(model: String, user: String) -> Bool {
        if let wanted = self.model, wanted != model { return false }
        return self.user?.isFound(in: user) ?? true
    }
}
