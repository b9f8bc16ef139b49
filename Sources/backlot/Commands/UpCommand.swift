// backlot up

import ArgumentParser
import Fixtures
import Foundation
import Kernel
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
              backlot up --port-base 18000 --env-file .env --ports-file ports.json
              set -a; . ./.env; curl "$AUTH_SERVICE_URL/health"
            """)

    @Option(help: "The first port; each service takes the next one. Free ports, if not given.") var portBase: Int?
    @Option(help: "Where to write NAME=value lines that a shell can source.") var envFile: String?
    @Option(help: "Where to write the names, hosts and ports as JSON.") var portsFile: String?
    @Option(help: "The seed of ids and tokens.") var seed = "1"

    func run() async throws {
        if let portBase, !(1...65_535 - ServiceName.allCases.count).contains(portBase) {
            throw UsageError(description: "--port-base: \(portBase) is not between 1 and \(65_535 - ServiceName.allCases.count).")
        }
        let seed = try UsageError.from { try SeedText.seed(self.seed) }
        async let warmUp: Void = LocalWorld.warmUp()
        let blueprint = Blueprint(.local, seed: seed, fixtures: try Installation.fixtures())
        await warmUp
        // Signals are watched before anything is there that they should take away.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let local = try await LocalWorld(blueprint, portBase: portBase)
        let files = EnvironmentFiles(local.world.addresses)
        let written = try await publish(files, local)
        show(files, local.world.addresses)
        for await _ in signals { break }
        for path in written { unlink(path) }
        try await local.shutDown(grace: .milliseconds(500))
    }

    /// Writes the files that were asked for, and takes everything down again if one cannot be written.
    private func publish(_ files: EnvironmentFiles, _ local: LocalWorld) async throws -> [String] {
        var written: [String] = []
        do {
            for (path, text) in [(envFile, files.environment), (portsFile, files.ports)] {
                guard let path else { continue }
                try EnvironmentFiles.write(text, to: path)
                written.append(path)
            }
        } catch {
            for path in written { unlink(path) }
            try? await local.shutDown()
            throw InputError("\(error)")
        }
        return written
    }

    private func show(_ files: EnvironmentFiles, _ addresses: [(service: String, address: Address)]) {
        let width = addresses.map(\.service.count).max() ?? 0
        let lines = addresses.map { service, address in
            service + String(repeating: " ", count: width - service.count + 2) + files.url(service, address) + "\n"
        }
        Output.write(lines.joined() + "ready; stop with Ctrl-C\n")
    }
}
