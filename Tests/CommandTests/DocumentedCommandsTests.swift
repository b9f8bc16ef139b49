// What the documentation says to type is typed here, and what it says to see is compared with what is seen.

import Foundation
import Testing

/// A fenced block of a page of documentation.
private struct DocumentedBlock: Sendable, CustomTestStringConvertible {
    let page: String
    let line: Int
    /// What stands behind the three marks: `sh`, `sh exit=1`, or nothing.
    let information: String
    let text: String
    /// The command of a comment before the block, `<!-- output: COMMAND -->`.
    let outputOf: String?

    var testDescription: String { "\(page):\(line)" }

    /// Whether real servers must be installed.
    var needsServers: Bool { information.contains("needs=servers") }

    /// The exit code that the block is to end with.
    var exitCode: Int32 { information.firstMatch(of: /exit=(\d+)/).flatMap { Int32($0.1) } ?? 0 }
}

private enum Documentation {
    static let pages = ["README.md", "CONTRIBUTING.md", "Docker-free-env/README.md"] + guides

    private static var guides: [String] {
        let folder = "Sources/Worlds/Worlds.docc/Docs"
        let files = (try? FileManager.default.contentsOfDirectory(atPath: Command.root.appending(path: folder).path)) ?? []
        return files.filter { $0.hasSuffix(".md") }.sorted().map { "\(folder)/\($0)" }
    }

    static let blocks: [DocumentedBlock] = pages.flatMap { page in
        let text = (try? String(contentsOf: Command.root.appending(path: page), encoding: .utf8)) ?? ""
        var blocks: [DocumentedBlock] = []
        var open: (line: Int, information: String)?
        var content: [String] = []
        var outputOf: String?
        for (index, line) in text.components(separatedBy: "\n").enumerated() {
            if let begun = open {
                if line.hasPrefix("```") {
                    blocks.append(
                        DocumentedBlock(
                            page: page, line: begun.line, information: begun.information,
                            text: content.joined(separator: "\n") + "\n", outputOf: outputOf))
                    (open, content, outputOf) = (nil, [], nil)
                } else {
                    content.append(line)
                }
            } else if line.hasPrefix("```") {
                open = (index + 1, String(line.dropFirst(3)))
            } else if let match = line.wholeMatch(of: /<!-- output: (.*) -->/) {
                outputOf = String(match.1)
            }
        }
        return blocks
    }

    static let scripts = blocks.filter { $0.information.hasPrefix("sh") }
    static let outputs = blocks.filter { $0.outputOf != nil }
}

@Suite(.timeLimit(.minutes(5)), .serialized) struct DocumentedCommandsTests {
    @Test func thereAreCommandsAndOutputs() {
        #expect(!Documentation.scripts.isEmpty)
        #expect(!Documentation.outputs.isEmpty)
    }

    @Test(arguments: Documentation.scripts) fileprivate func itDoesWhatThePageSays(block: DocumentedBlock) async throws {
        if block.needsServers, !Self.serversAreInstalled {
            try Test.cancel("not run: PostgreSQL or Redis is not installed ('Docker-free-env/install --real' installs both)")
        }
        try await Command.withFolder { folder in
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: "Fixtures"), withDestinationURL: Command.root.appending(path: "Fixtures"))
            // What a block starts in the background ends with it.
            let script = """
                set -eu
                cd '\(folder.path)'
                trap 'status=$?; jobs -p > .jobs; while read -r job; do kill "$job"; done < .jobs; wait; exit $status' EXIT
                \(block.text)
                """
            let result = try await Command.shell(script)
            #expect(result.status == block.exitCode, "\(block.page):\(block.line)\n\(result.output)\n\(result.error)")
        }
    }

    @Test(arguments: Documentation.outputs) fileprivate func itSaysWhatThePageShows(block: DocumentedBlock) async throws {
        let command = try #require(block.outputOf)
        let seen: String
        if command.hasPrefix("backlot up") {
            let environment = try await RunningEnvironment(command.split(separator: " ").dropFirst(2).map(String.init))
            seen = environment.table.joined(separator: "\n") + "\n"
            _ = await environment.stop(SIGTERM)
        } else {
            seen = try await Command.shell(command).output
        }
        #expect(Self.shape(block.text) == Self.shape(seen), "\(block.page):\(block.line)")
    }

    private static var serversAreInstalled: Bool {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        func isThere(_ program: String, _ folders: [String]) -> Bool {
            folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
        }
        return isThere("redis-server", folders) && isThere("initdb", folders + versions.map { "/usr/lib/postgresql/\($0)/bin" })
    }

    /// A text without what differs from run to run: numbers with their units, hashes, columns' widths.
    private static func shape(_ text: String) -> [String] {
        text.split(separator: "\n").map { line in
            var line = String(line)
            line.replace(/\b[0-9a-f]{12,16}\b/, with: "HASH")
            line.replace(/[0-9][0-9.,]*( (s|ms|us)\b)?/, with: "N")
            line.replace(/debug|release/, with: "BUILD")
            line.replace(/[ -]+/, with: " ")
            return line
        }
    }
}
