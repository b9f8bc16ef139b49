// The command line: arguments in, runner out.

import ArgumentParser
import Fixtures
import Foundation
import Runner
import Wire

@main
struct Backlot: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backlot",
        abstract: "A whole staging environment in one process: run suites against it under a seed, or serve it on loopback.",
        discussion: """
            Examples:
              backlot run                          the golden path, 10 users, seed 1, simulated
              backlot run --seeds 1000             the same under 1000 seeds, on all cores
              backlot run --fault "client<-events: drop@3"
              backlot up --env-file .env           serve the fakes on 127.0.0.1 until Ctrl-C
            """,
        version: "0.1.0",
        subcommands: [
            RunCommand.self, ListCommand.self, ReplayFileCommand.self, ExploreCommand.self, ExplainCommand.self,
            VerifySuitesCommand.self,
            UpCommand.self, ExecCommand.self,
            FaultsCommand.self,
            BugsCommand.self, QuirksCommand.self, DoctorCommand.self,
        ])

    static func main() async {
        let word = CommandLine.arguments.dropFirst().first
        if word == "up" || word == "exec" { _ = ServingPreparation.shared }
        do {
            try checkCommand(word)
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(withMessage: error)
        }
    }

    /// Refuses a first word that is no command, with the nearest one.
    private static func checkCommand(_ word: String?) throws {
        let known = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        guard let word, !word.hasPrefix("-"), !known.contains(word) else { return }
        throw UsageError(description: InputError.unknown("command", word, known: known).description)
    }

    /// Ends the program with one line that says what is wrong: 64 for wrong usage, 2 for what could not be done.
    private static func exit(withMessage error: any Error) -> Never {
        switch error {
        case let error as UsageError: fail(error.description, code: 64)
        case let error as InputError: fail(error.description, code: 2)
        case let error as TransportError: fail(error.description, code: 2)
        default:
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            // One line, without the usage: what is wrong is seen at once, and --help says the rest.
            fail(message(for: error), code: ExitCode.validationFailure.rawValue)
        }
    }

    private static func fail(_ message: String, code: Int32) -> Never {
        FileHandle.standardError.write(Data("Error: \(message)\n".utf8))
        Foundation.exit(code)
    }
}

/// An option or argument that cannot be used: exit code 64.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    /// The error for a name that nobody knows.
    static func unknown(_ kind: String, _ name: String, known: [String]) -> UsageError {
        UsageError(description: InputError.unknown(kind, name, known: known).description)
    }

    /// Runs `body`, and makes what is wrong with the input an error of usage.
    static func from<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as InputError { throw UsageError(description: error.description) }
    }
}
