// Proof, on this machine and before anything else, that a seed decides a run.

import CHiredis
import CInterpose
import Foundation
import Kernel
import StoreKit
import Suites
public import Worlds

/// The start-up self-test and the checks of `backlot doctor`.
public enum SelfTest {
    /// One thing that was checked.
    public struct Check: Sendable {
        /// What was checked.
        public let name: String
        /// What was found.
        public let found: String
        /// What is wrong and what to do; nil if nothing is.
        public let problem: String?
    }

    /// Checks that simulations repeat here: fixed hashing, virtual time and chance, and two equal runs of a small
    /// world. Takes some milliseconds.
    public static func determinism(_ fixtures: FixtureSet) -> [Check] {
        let isFixed = backlot_hashing_is_fixed() != 0
        let hashing = Check(
            name: "order of sets and dictionaries", found: isFixed ? "fixed" : "random in every process",
            problem: isFixed ? nil : "the constructor that fixes it did not run: build with the pinned toolchain, Swift 6.3.")
        return [hashing, clocks(), worlds(fixtures)]
    }

    private static func clocks() -> Check {
        let outcomes = (0..<2).map { _ in
            Simulation.run(.init(seed: 1)) { _ in
                try await Task.sleep(for: .seconds(3600))
                return [Date().timeIntervalSince1970.description, UUID().uuidString, "\(Int.random(in: 0...1_000_000))"]
            }
        }
        let expected = Double(Instant.simulatedEpoch.seconds + 3600).description
        let name = "clocks and randomness"
        guard let first = try? outcomes[0].value, let second = try? outcomes[1].value else {
            return Check(name: name, found: "\(outcomes[0].result)", problem: "a small simulation does not run to its end.")
        }
        let isRight = first == second && first[0] == expected
        return Check(
            name: name, found: isRight ? "virtual and seeded" : "real: \(first) and \(second)",
            problem: isRight ? nil : "system calls are not interposed: link dynamically, and preload nothing over libc.")
    }

    private static func worlds(_ fixtures: FixtureSet) -> Check {
        let golden = SuiteCatalogue.goldenPath
        let plan = RunPlan(
            cases: [golden], of: SuiteCatalogue.collect([golden]), seeds: [7], setting: CaseSetting(users: 1),
            blueprint: Blueprint(.simulated, seed: 7, fixtures: fixtures), width: 1)
        let results = (0..<2).map { _ in CaseRun(suiteCase: golden, seed: 7, plan: plan).simulate() }
        let name = "two runs of a small world"
        guard let first = results[0].fingerprint, results[0].verdict == .passed else {
            return Check(
                name: name, found: "\(results[0].verdict)", problem: "the small world does not work without any fault.")
        }
        let isEqual = results[1].fingerprint == first
        return Check(
            name: name,
            found: isEqual
                ? "agree, fingerprint \(first)" : "differ: \(first) and \(results[1].fingerprint.map { "\($0)" } ?? "none")",
            problem: isEqual
                ? nil : "a seed does not repeat a run on this machine: please report this with the output of 'backlot doctor'.")
    }

    /// The libraries that real servers need, as they are found here.
    public static func libraries() -> [Check] {
        [
            check(.pq) { library in
                let version = try library.function("PQlibVersion", as: (@convention(c) () -> CInt).self)()
                return "\(version / 10_000).\(version % 10_000)"
            },
            check(.hiredis(major: Int(HIREDIS_MAJOR))) { library in
                _ = try library.load()
                return "\(HIREDIS_MAJOR).\(HIREDIS_MINOR).\(HIREDIS_PATCH)"
            },
        ]
    }

    private static func check(_ library: LazyLibrary, _ version: (LazyLibrary) throws -> String) -> Check {
        do {
            return Check(name: library.name, found: try version(library), problem: nil)
        } catch {
            return Check(name: library.name, found: "missing", problem: "\(error)")
        }
    }
}
