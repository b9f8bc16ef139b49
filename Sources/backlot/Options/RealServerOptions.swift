// Real PostgreSQL and Redis servers behind the fakes, as the command line asks for them.

import ArgumentParser
import Fixtures
import Foundation
import Worlds

/// Which stores are real servers.
struct RealServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Which stores are real servers: 'postgres', 'redis', or both with a comma. They are started, and gone at the end; NAME=URL uses one that is there.",
            valueName: "name[=url]"))
    var real: [String] = []
    @Flag(help: "The same as --real postgres,redis.") var realServices = false

    /// Makes the servers ready. `isServed` says that applications are to find them.
    func start(isServed: Bool) async throws -> RealServers {
        try await RealServers.start(try UsageError.from { try wanted() }, isServed: isServed)
    }

    /// What a replay must say again.
    var replayArguments: [String] { real.flatMap { ["--real", $0] } + (realServices ? ["--real-services"] : []) }

    private func wanted() throws -> [(kind: RealServers.Kind, url: String?)] {
        var wanted: [(kind: RealServers.Kind, url: String?)] = []
        // An address may have commas within; names have none.
        let words = real.flatMap {
            $0.contains("=") ? [$0] : $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        for word in words + (realServices ? RealServers.Kind.allCases.map(\.rawValue) : []) {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let kind = RealServers.Kind(rawValue: parts[0]) else {
                throw InputError.unknown("real server", parts[0], known: RealServers.Kind.allCases.map(\.rawValue))
            }
            if !wanted.contains(where: { $0.kind == kind }) { wanted.append((kind, parts.count > 1 ? parts[1] : nil)) }
        }
        return wanted
    }
}
