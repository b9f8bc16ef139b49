// Which faults happen: the options that 'run', 'up' and 'exec' share.

import ArgumentParser
import Faults
import Worlds

/// The faults of a world on the command line.
struct FaultOptions: ParsableArguments {
    @Option(
        help:
            "A plan of faults: 'none', 'light', 'swarm', 'hostile', a YAML file, or a failure file whose decisions are repeated.")
    var faults = "none"
    @Option(help: "A fault in one line, PLACE: FAULT(...)@N; 'backlot faults' tells more. May be given several times.")
    var fault: [String] = []

    /// The plan. Throws an `InputError` with the nearest name, or with file and line.
    func plan() throws -> FaultPlan { try FaultPlan.from(argument: faults).adding(fault) }

    /// What a replay must say again.
    var replayArguments: [String] {
        (faults == "none" ? [] : ["--faults", faults]) + fault.flatMap { ["--fault", $0] }
    }
}
