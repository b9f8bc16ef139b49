// What the fake model says: scripts from YAML files, read once, and the choice of one for a request.

import Fixtures
public import Foundation
import Wire

/// The scripts of a fake model.
///
/// A file is a list of scripts. A script has a `reply` (or `chunks`, `tool_calls`, `error`), maybe a `match` and maybe a
/// `pace`. The first script that fits a request is taken, in the order of file names and then of the file; the one script
/// without `match` is taken where none does.
public struct LLMScripts: Sendable {
    private let scripts: [LLMScript]
    private let fallback: LLMScript
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
        let all = try files.flatMap { try $0.list() }.map(LLMScript.init)
        let fallbacks = all.filter(\.match.isEmpty)
        guard let fallback = fallbacks.first else {
            throw InputError("One LLM script must have no 'match', to be taken where no other matches; none is.", at: place)
        }
        if fallbacks.count > 1 {
            throw InputError(
                "Only one LLM script may have no 'match', and \(fallback.place) has none already.", at: fallbacks[1].place)
        }
        self.fallback = fallback
        scripts = all.filter { !$0.match.isEmpty }
        models = [Self.defaultModel] + Set(scripts.compactMap(\.match.model)).subtracting([Self.defaultModel]).sorted()
    }

    /// The script for a request: the first that fits and that `isOpen` does not rule out; nil where there is none.
    func script(for request: ChatRequest, isOpen: (LLMScript) -> Bool = { _ in true }) -> LLMScript? {
        if let script = scripts.first(where: { $0.fits(request) && isOpen($0) }) { return script }
        return fallback.fits(request) && isOpen(fallback) ? fallback : nil
    }
}
