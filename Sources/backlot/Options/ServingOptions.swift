// What is served on loopback, and where that is written: the options that 'up' and 'exec' share.

import ArgumentParser
import ControlAPI
import Fixtures
import Foundation
import Kernel
import Runner
import Wire
import Worlds

/// The environment on loopback, as the command line asks for it.
struct ServingOptions: ParsableArguments {
    @Option(help: "The first port; each service takes the next one. Free ports, if not given.") var portBase: Int?
    @Option(
        help: "Serves Toxiproxy's HTTP API at this port, for TCP proxies with faults on demand; 0 for any free port.")
    var toxiproxyPort: Int?
    @Option(help: "Where to write NAME=value lines that a shell can source.") var envFile: String?
    @Option(help: "Where to write the names, hosts and ports as JSON.") var portsFile: String?
    @Option(help: "The seed of ids, tokens and faults.") var seed = "1"
    @OptionGroup var faults: FaultOptions
    @OptionGroup var deviations: DeviationOptions
    @OptionGroup var real: RealServerOptions

    /// Brings the environment up and writes the files that were asked for.
    func start() async throws -> ServedEnvironment {
        if let portBase, !(1...65_535 - ServiceName.allCases.count).contains(portBase) {
            throw UsageError(description: "--port-base: \(portBase) is not between 1 and \(65_535 - ServiceName.allCases.count).")
        }
        if let toxiproxyPort, !(0...65_535).contains(toxiproxyPort) {
            throw UsageError(description: "--toxiproxy-port: \(toxiproxyPort) is not between 0 and 65535.")
        }
        let seed = try UsageError.from { try SeedText.seed(self.seed) }
        let chosen = try UsageError.from { try deviations.chosen() }
        let plan = try UsageError.from { try faults.plan() }
        var blueprint = Blueprint(.local, seed: seed, fixtures: try await ServingPreparation.shared.finish())
        blueprint.deviations = chosen
        blueprint.faults = plan
        let servers = try await real.start(isServed: true)
        var served = ServedEnvironment(servers: servers)
        do {
            let local = try await LocalWorld(servers.applied(to: blueprint), portBase: portBase)
            served.local = local
            var places = servers.places.map { (name: $0.name, address: Address(host: $0.host, port: $0.port), url: $0.url) }
            if let toxiproxyPort {
                let control = try await ControlServer(port: toxiproxyPort, chance: Chance(seed: seed))
                served.control = control
                places.append((name: "toxiproxy", address: control.address, url: "http://\(control.address)"))
            }
            served.files = EnvironmentFiles(local.world.environment(with: places))
        } catch {
            try? await served.stop()
            throw error
        }
        do { served.written = try served.files.publish(environment: envFile, ports: portsFile) } catch {
            try? await served.stop()
            throw InputError("\(error)")
        }
        return served
    }
}

/// An environment that is up.
struct ServedEnvironment {
    fileprivate(set) var files = EnvironmentFiles(EnvironmentTable([]))
    fileprivate var local: LocalWorld?
    fileprivate var control: ControlServer?
    fileprivate var written: [String] = []
    fileprivate let servers: RealServers

    fileprivate init(servers: RealServers) { self.servers = servers }

    /// The faults that happened so far, a line each, in order.
    var faultLines: [String] { local?.world.faultLines ?? [] }

    /// Takes the files away, and everything down.
    func stop() async throws {
        for path in written { unlink(path) }
        do {
            try await control?.shutDown()
            try await local?.shutDown(grace: .milliseconds(500))
        } catch {
            await servers.stop()
            throw error
        }
        await servers.stop()
    }
}

extension EnvironmentFiles {
    /// Writes the files that were asked for, both or none, and returns their paths.
    fileprivate func publish(environment: String?, ports: String?) throws -> [String] {
        var written: [String] = []
        do {
            for (path, text) in [(environment, self.environment), (ports, self.ports)] {
                guard let path else { continue }
                try Self.write(text, to: path)
                written.append(path)
            }
        } catch {
            for path in written { unlink(path) }
            throw error
        }
        return written
    }
}
