// backlot exec

import ArgumentParser
import Foundation
import Runner
import UnixSignals
import Worlds

/// Runs a command in the environment.
struct ExecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Brings the fakes up, runs a command with their addresses in its environment, and takes them down.",
        discussion: """
            The command has the variables of the env file ('backlot up --env-file') besides its own, and standard input, \
            output and error as they are. SIGTERM, SIGHUP and SIGINT go on to it.
            Exit codes: the command's own, 128 and the signal where one ended it; 126 it may not be run, 127 there is no \
            such command; 2 the environment is not ready; 64 wrong usage.

            Examples:
              backlot exec -- pytest tests/e2e
              backlot exec --port-base 18000 -- npm test
              backlot exec -- sh -c 'curl -s "$AUTH_SERVICE_URL/health"'
            """)

    @OptionGroup var serving: ServingOptions
    @Argument(parsing: .postTerminator, help: "The command and its arguments, after '--'.") var command: [String] = []

    func run() async throws {
        guard !command.isEmpty else {
            throw UsageError(description: "No command is given. Write it after '--': backlot exec -- pytest")
        }
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        let environment = try await serving.start()
        let code: Int32
        do {
            let child = try ChildProcess(
                command, environment: ProcessInfo.processInfo.environment.merging(environment.files.variables) { $1 })
            let passing = Task {
                for await signal in signals {
                    // The terminal has sent its Ctrl-C to the command as well.
                    if signal == .sigint, isatty(STDIN_FILENO) == 1 { continue }
                    child.send(signal.rawValue)
                }
            }
            code = await child.exitCode()
            passing.cancel()
        } catch let error as ChildProcess.NotStarted {
            FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
            code = error.exitCode
        }
        for line in environment.faultLines { FileHandle.standardError.write(Data("fault: \(line)\n".utf8)) }
        try await environment.stop()
        if code != 0 { throw ExitCode(code) }
    }
}
