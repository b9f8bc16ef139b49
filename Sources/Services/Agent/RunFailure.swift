// Why a run could not go on, in a sentence that its user may read.

import ServiceKit
import StoreKit
import Wire

/// A reason to end a run.
struct RunFailure: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// The sentence for any error; details that are not the user's business stay in the log.
    static func reason(of error: any Error) -> String {
        switch error {
        case let failure as RunFailure: failure.description
        case is SQLError: "The state of the run could not be saved."
        case is ArtifactError: "A file could not be written."
        case let error as CallError: "A service could not be called: \(error)."
        default: "The run was ended by an error."
        }
    }
}

/// The user has cancelled the run, and the store has it so already.
struct RunCancelled: Error {}
