// backlot explain

import ArgumentParser
import Fixtures
import Foundation
import Runner
import Suites
import Worlds

/// Tells when and why a failure went wrong.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Tells when and why the failure of a file went wrong.",
        discussion: """
            From several points in time the run goes on under other seeds, with other faults of the same plan and another order \
            of tasks. Where the failure becomes likely, it went wrong; what happened there is named. Then the failure and the \
            nearest run that passes, which lacks one decision, are shown side by side from where they part.

            Examples:
              backlot explain failures/e2e-golden-path-17.json
              backlot explain failures/e2e-golden-path-17.json --samples 64
            """)

    @Argument(help: "The failure file.") var file: String
    @Option(help: "How many runs go on from each point in time.") var samples = 24
    @Option(help: "How many columns the comparison may take.") var columns = 160

    func run() async throws {
        guard (1...10_000).contains(samples) else {
            throw UsageError(description: "--samples: \(samples) is not between 1 and 10000.")
        }
        let replay = try FailureReplay(file)
        let plan = replay.plan(replay.failure.found)
        let (samples, columns, file) = (samples, columns, file)
        // On a thread of its own: simulations block the thread that waits for them.
        let lines = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        try FailureExplanation.lines(
                            replay.failure, name: file, replay.suiteCase, plan, samples: samples, width: columns)
                    })
            }
        }
        Output.write(lines.map { $0 + "\n" }.joined())
    }
}
