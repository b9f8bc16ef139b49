// The one door out of a simulation: a call to a real server, made and answered at one virtual instant.

import CInterpose

extension Simulation {
    /// Runs `body` with the real clocks, sockets and waits, while virtual time stands still. Outside a simulation it
    /// just runs.
    ///
    /// What `body` learns must be the same in every run, or the run does not repeat: a reply of a database that belongs
    /// to this world alone is, the time that it took is not. It must not resume tasks, and must come back by itself:
    /// give every wait a deadline.
    public static func withRealWorld<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let world = backlot_current() else { return try body() }
        backlot_enter(nil)
        defer { backlot_enter(world) }
        return try body()
    }
}
