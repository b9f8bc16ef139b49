// The scripts of the fake model: what their files may say, and what is said of those that may not.

import Fixtures
import Foundation
import Testing
import Wire

@testable import LLMService

@Suite struct LLMScriptsTests {
    private func error(_ text: String) -> String? {
        do {
            _ = try LLMScripts(text: text, name: "a.yaml")
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        ("- match: { user: x }\n  reply: y", "One LLM script must have no 'match'"),
        ("- reply: x\n- reply: y", "a.yaml:2: Only one LLM script may have no 'match', and a.yaml:1 has none already."),
        ("- reply: x\n- replly: y", "a.yaml:2: No field is named 'replly'. Did you mean 'reply'?"),
        ("- reply: x\n  pace: { first_tokn: 1s }", "Did you mean 'first_token'?"),
        ("- reply: x\n  pace: { first_token: 1 }", "A duration with its unit is expected here"),
        ("- match: { user: x }", "The field 'reply' is missing here."),
        ("- match: {}\n  reply: x", "A 'match' needs 'model', 'user' or 'tool'."),
        ("- match: { result: x }\n  reply: x", "name the 'tool'."),
        ("- reply: x\n  chunks: [y]", "A script has one of reply, chunks, not several."),
        ("- tool_calls: []", "A list of tool calls has at least one."),
        ("- tool_calls: [{ arguments: 1 }]", "The field 'name' is missing here."),
        ("- error: { status: 200 }", "An error's status is from 400 to 599."),
        ("- error: { status: 429, times: 0 }", "'times' is at least 1."),
        ("- match: { user: '(' }\n  reply: x", "'(' is not a regular expression."),
        ("- reply: 'hello {{usr}}'", "No template value is named 'usr'. Did you mean 'user'?"),
        ("- reply: 'hello {{user'", "'{{' is never closed"),
        ("reply: x", "A list is expected here."),
    ])
    func saysWhatIsWrongWithAFile(_ text: String, _ message: String) {
        #expect(error(text)?.contains(message) == true, "\(error(text) ?? "no error")")
    }

    /// What a script says to a user's text.
    private func reply(_ scripts: LLMScripts, _ text: String) throws -> String {
        let request = try ChatRequest(["model": "m", "messages": [["role": "user", "content": .string(text)]]])
        guard case .reply(let reply)? = scripts.script(for: request)?.outcome else { return "" }
        return reply.filled(user: text)
    }

    @Test func readsADirectoryInTheOrderOfItsNames() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("llm-scripts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let files = [
            "b.yaml": "- match: { user: x }\n  reply: from b", "a.yaml": "- match: { user: x }\n  reply: from a",
            "c.yaml": "- reply: default", "notes.txt": "- not: a script",
        ]
        for (name, text) in files {
            try text.write(to: directory.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        let scripts = try LLMScripts.load(directory: directory)
        #expect(try reply(scripts, "x") == "from a")
        #expect(try reply(scripts, "y") == "default")
    }

    @Test func loadsTheScriptsOfThisPackage() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let scripts = try LLMScripts.load(directory: root.appendingPathComponent("Fixtures/llm"))
        #expect(try reply(scripts, "lower my Costs").hasPrefix("Three changes"))
        #expect(try reply(scripts, "hi").hasPrefix("You said: hi."))
    }

    @Test func refusesAMissingDirectory() {
        #expect(throws: InputError.self) { try LLMScripts.load(directory: URL(fileURLWithPath: "/no/such/directory")) }
    }

    @Test(
        arguments: [
            ("", []), ("word", ["word"]), ("Two words.", ["Two", " words", "."]), ("  a\n\nb ", ["  a", "\n\nb", " "]),
            ("it's 3.5%", ["it's", " 3", ".", "5", "%"]), ("日本 é!?", ["日本", " é", "!", "?"]),
        ] as [(String, [String])])
    func splitsIntoTokens(_ text: String, _ tokens: [String]) {
        #expect(Tokens.split(text) == tokens)
        #expect(Tokens.split(text).joined() == text)
    }
}
