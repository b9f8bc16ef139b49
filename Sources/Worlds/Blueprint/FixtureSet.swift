// What the fakes play: scripts read once and shared by any number of worlds.

import AgentService
import AuthService
import Fixtures
public import Foundation
import LLMService
import NIOCore
public import Wire

/// The fixtures of worlds, read from a directory such as `Fixtures`.
public struct FixtureSet: Sendable {
    let agents: AgentScripts
    let llm: LLMScripts
    let auth: AuthFixtures
    /// The contract of the events that agents send: what each kind must have and may have.
    public let eventSchema: JSONSchema

    /// Reads the `agents` and `llm` folders of a directory, `auth` where there is one, and `schemas/events.json`. Throws an
    /// `InputError` with file and place.
    public static func load(_ directory: URL) throws -> FixtureSet {
        FixtureSet(
            agents: try AgentScripts.load(directory: directory.appending(path: "agents")),
            llm: try LLMScripts.load(directory: directory.appending(path: "llm")),
            auth: try AuthFixtures.load(directory: directory.appending(path: "auth")),
            eventSchema: try schema(directory.appending(path: "schemas/events.json")))
    }

    /// The same on two cores, for those who wait for it.
    public static func loadConcurrently(_ directory: URL) async throws -> FixtureSet {
        async let llm = LLMScripts.load(directory: directory.appending(path: "llm"))
        async let eventSchema = schema(directory.appending(path: "schemas/events.json"))
        let agents = try AgentScripts.load(directory: directory.appending(path: "agents"))
        let auth = try AuthFixtures.load(directory: directory.appending(path: "auth"))
        return try await FixtureSet(agents: agents, llm: llm, auth: auth, eventSchema: eventSchema)
    }

    private static func schema(_ file: URL) throws -> JSONSchema {
        let name = file.relativePath
        guard let text = try? Data(contentsOf: file) else { throw InputError("This schema cannot be read.", at: Place(name)) }
        do {
            return try JSONSchema(json: ByteBuffer(bytes: text), source: name)
        } catch let error as JSONSchemaError {
            throw InputError(error.message, at: Place(error.source + error.pointer))
        }
    }

    /// Finds the fixtures: `BACKLOT_FIXTURES` if set, else `Fixtures` in the working directory or one above it, else
    /// beside the program or above. Throws an `InputError` that says where it looked.
    public static func find(environment: [String: String], workingDirectory: URL, program: URL) throws -> URL {
        if let path = environment["BACKLOT_FIXTURES"] { return URL(fileURLWithPath: path) }
        for start in [workingDirectory, program.resolvingSymlinksInPath().deletingLastPathComponent()] {
            var directory = start.standardizedFileURL
            while true {
                let candidate = directory.appending(path: "Fixtures")
                if FileManager.default.fileExists(atPath: candidate.appending(path: "agents").path) { return candidate }
                let parent = directory.deletingLastPathComponent()
                if parent.path == directory.path { break }
                directory = parent
            }
        }
        throw InputError(
            """
            No folder 'Fixtures' with 'agents' and 'llm' in it was found in \(workingDirectory.path), beside the program, \
            or above either. Set BACKLOT_FIXTURES to its path.
            """)
    }
}
