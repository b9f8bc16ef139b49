// backlot up

import ArgumentParser
import Foundation
import Runner
import UnixSignals
import Wire
import Worlds

/// Serves the environment on loopback.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Serves the fakes on 127.0.0.1 until Ctrl-C.",
        discussion: """
            The table, the env file and the ports file appear when everything is ready, and the files vanish at the end.
            Exit codes: 0 stopped, 2 not ready.

            Examples:
              backlot up
              backlot up --toxiproxy-port 8474
              backlot up --port-base 18000 --env-file .env --ports-file ports.json
              set -a; . ./.env; curl "$AUTH_SERVICE_URL/health"
            """)

    @OptionGroup var serving: ServingOptions

    func run() async throws {
        // Signals are watched before anything is there that they should take away.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let environment = try await serving.start()
        show(environment.files)
        for await _ in signals { break }
        try await environment.stop()
    }

    private func show(_ files: EnvironmentFiles) {
        let entries = files.entries
        let width = entries.map(\.name.count).max() ?? 0
        let lines = entries.map { $0.name + String(repeating: " ", count: width - $0.name.count + 2) + $0.url + "\n" }
        Output.write(lines.joined() + "ready; stop with Ctrl-C\n")
    }
}
