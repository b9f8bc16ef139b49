// The program under test: the built `backlot`, run as a process of its own.

import Foundation

/// The built `backlot`, which the build puts beside the test bundle.
enum Command {
    /// What a finished process left.
    struct Result: Sendable {
        let status: Int32
        let output: String
        let error: String

        var lines: [String] { output.split(separator: "\n").map(String.init) }
        var errorLines: [String] { error.split(separator: "\n").map(String.init) }
        /// The fingerprint that a report for people says.
        var fingerprint: String? { lines.first { $0.hasPrefix("fingerprint ") }.map { String($0.dropFirst(12)) } }
    }

    /// The repository's root.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The folder that has the program and the test bundle.
    static let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    /// A process of the program, not begun.
    static func process(_ arguments: [String], environment: [String: String] = [:]) -> Process {
        let process = Process()
        process.executableURL = folder.appending(path: "backlot")
        process.arguments = arguments
        process.currentDirectoryURL = root
        var all = ProcessInfo.processInfo.environment
        all["BACKLOT_FIXTURES"] = nil
        process.environment = all.merging(environment) { _, new in new }
        return process
    }

    /// Runs the program to its end.
    static func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Result {
        try await finish(process(arguments, environment: environment))
    }

    /// Runs the program with these arguments to its end.
    static func finished(_ arguments: [String]) async throws -> Result { try await finish(process(arguments)) }

    /// Runs a line in a shell that finds the program by its name.
    static func shell(_ line: String) async throws -> Result {
        let process = process([])
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", line]
        var environment = process.environment ?? [:]
        environment["PATH"] = folder.path + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
        process.environment = environment
        return try await finish(process)
    }

    private static func finish(_ process: Process) async throws -> Result {
        try await withFolder { folder in
            // Files instead of pipes: whatever the program writes, it never waits for a reader.
            let (output, error) = (folder.appending(path: "out"), folder.appending(path: "err"))
            for file in [output, error] { try Data().write(to: file) }
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: error)
            process.standardInput = FileHandle.nullDevice
            let status = try await end(of: process) { try process.run() }
            return Result(
                status: status, output: try String(contentsOf: output, encoding: .utf8),
                error: try String(contentsOf: error, encoding: .utf8))
        }
    }

    private static func end(of process: Process, begin: () throws -> Void) async throws -> Int32 {
        let (ends, continuation) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            continuation.yield(process.terminationStatus)
            continuation.finish()
        }
        try begin()
        for await status in ends { return status }
        return -1
    }

    /// Calls `body` with an empty folder that is gone afterwards.
    static func withFolder<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "backlot-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder)
    }
}

/// A running `backlot up`.
final class RunningEnvironment: Sendable {
    private let process: Process
    private let ends: AsyncStream<Int32>
    /// What it wrote up to and with the line that says that it is ready.
    let table: [String]

    /// Starts it and waits until it says that it is ready. Throws where it ends instead.
    init(_ arguments: [String]) async throws {
        process = Command.process(["up"] + arguments)
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardInput = FileHandle.nullDevice
        let (ends, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.ends = ends
        process.terminationHandler = { process in
            continuation.yield(process.terminationStatus)
            continuation.finish()
        }
        let (pieces, output) = AsyncStream.makeStream(of: Data.self)
        pipe.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { output.finish() } else { output.yield(data) }
        }
        defer { pipe.fileHandleForReading.readabilityHandler = nil }
        try process.run()
        var text = ""
        for await piece in pieces {
            text += String(decoding: piece, as: UTF8.self)
            if text.contains("ready;") { break }
        }
        table = text.split(separator: "\n").map(String.init)
        guard text.contains("ready;") else { throw NotReady(output: text) }
    }

    struct NotReady: Error { let output: String }

    /// Sends a signal and waits for the end: the exit code, and how long it took.
    func stop(_ signal: Int32) async -> (status: Int32, took: Duration) {
        let begun = ContinuousClock.now
        kill(process.processIdentifier, signal)
        for await status in ends { return (status, ContinuousClock.now - begun) }
        return (-1, ContinuousClock.now - begun)
    }

    deinit { if process.isRunning { process.terminate() } }
}
