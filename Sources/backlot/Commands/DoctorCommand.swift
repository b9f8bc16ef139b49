// backlot doctor

import ArgumentParser
import Runner

/// Checks the machine.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Checks that runs repeat on this machine, and what real servers need.",
        discussion: """
            Exit codes: 0 all is well, 1 findings.

            Example:
              backlot doctor
            """)

    func run() throws {
        Output.write("\(Installation.build)\n")
        let checks = SelfTest.determinism(try Installation.fixtures()) + SelfTest.libraries()
        let width = checks.map(\.name.count).max() ?? 0
        for check in checks {
            let space = String(repeating: " ", count: width - check.name.count + 2)
            Output.write("\(check.problem == nil ? "ok  " : "BAD ") \(check.name)\(space)\(check.found)\n")
            if let problem = check.problem { Output.write("     \(problem)\n") }
        }
        if checks.contains(where: { $0.problem != nil }) { throw ExitCode(1) }
    }
}
