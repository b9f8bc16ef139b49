// The folder that failure files go to.

import Fixtures
import Foundation
import Runner
import Synchronization

/// Writes a failure file for each case run that fails, as soon as it does.
final class FailureFolder: Sendable {
    private let folder: String?
    private let plan: RunPlan
    private let command: ReplayCommand
    private let problem = Mutex<InputError?>(nil)

    /// The folder of a run; it is made where it is not there. Without one, nothing is written. Throws an `InputError`
    /// where it cannot be made.
    init(_ folder: String?, _ plan: RunPlan, _ command: ReplayCommand) throws {
        self.folder = folder
        self.plan = plan
        self.command = command
        guard let folder else { return }
        try OutputFile.makeFolder(folder, at: Place("--out"))
    }

    /// One case run has ended.
    func observe(_ result: CaseResult) {
        guard let folder, let failure = FailureFile(result, of: plan, command: command, build: Installation.build) else { return }
        do {
            try OutputFile.write(failure.text, to: folder + "/" + failure.name)
        } catch {
            problem.withLock { $0 = $0 ?? (error as? InputError) ?? InputError("\(error)") }
        }
    }

    /// Throws the first error of writing.
    func finish() throws { if let problem = problem.withLock({ $0 }) { throw problem } }
}
