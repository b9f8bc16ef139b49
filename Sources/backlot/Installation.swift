// Where the program is, and what lies around it.

import Fixtures
import Foundation
import Runner
import Suites
import Worlds

/// The running program's own place and fixtures.
enum Installation {
    /// The program file.
    static var program: URL {
        URL(fileURLWithPath: CommandLine.arguments[0].contains("/") ? CommandLine.arguments[0] : "/proc/self/exe")
    }

    /// The build that runs.
    static var build: Build { Build(program: program) }

    /// The fixtures, read. Throws an `InputError` with file and line.
    static func fixtures() throws -> FixtureSet { try FixtureSet.load(fixtureFolder()) }

    /// The failures of the fixtures' folder `failures`, as cases. Throws an `InputError` with the file.
    static func keptFailures(of cases: [SuiteCase]) throws -> [SuiteCase] {
        guard let folder = try? fixtureFolder() else { return [] }
        return try KeptFailures.load(folder.appending(path: "failures"), cases: cases)
    }

    static func fixtureFolder() throws -> URL {
        try FixtureSet.find(
            environment: ProcessInfo.processInfo.environment,
            workingDirectory: URL(fileURLWithPath: FileManager.default.currentDirectoryPath), program: program)
    }

    /// Throws an `InputError` where simulations do not repeat on this machine.
    static func proveDeterminism(_ fixtures: FixtureSet) throws {
        for check in SelfTest.determinism(fixtures) {
            if let problem = check.problem {
                throw InputError("The self-test failed (\(check.name): \(check.found)): \(problem)")
            }
        }
    }
}
