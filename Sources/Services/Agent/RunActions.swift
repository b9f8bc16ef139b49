// What goes into the machine of a run, and what comes out of it.

import Kernel
import Wire

/// What happened to a run.
enum RunInput: Equatable {
    case begin
    /// Another instance of the service takes the run up where it was saved.
    case resume
    /// The tool has taken its time.
    case toolElapsed
    /// The tool has taken its time, and denies the call.
    case toolDenied
    /// The wait before another attempt is over.
    case paused
    /// The model said this much more.
    case text(String)
    /// What the model's reply used, as it says itself; comes before its end.
    case used(ModelUsage)
    /// The model has ended, with calls of tools or without.
    case textEnded([ModelToolCall])
    /// The file is written.
    case written
    /// The rows are in the analytics.
    case recorded
    /// The answer and the end of the run are saved.
    case completed
    /// The user has cancelled the run.
    case cancelled
    /// Something did not work, in a sentence for the user.
    case failed(String)
}

/// What to do for a run. Actions are performed in order, each to its end; the first that does not work is the input
/// ``RunInput/failed(_:)``, and the rest of the list is void.
enum RunAction: Equatable {
    case post(RunEvent)
    case save(RunCheckpoint)
    /// Waits, then ``RunInput/toolElapsed``.
    case waitForTool(Duration)
    /// Waits, then ``RunInput/paused``.
    case pause(Duration)
    /// Asks the model, then ``RunInput/text(_:)``, ``RunInput/used(_:)`` and ``RunInput/textEnded(_:)``.
    case askModel(ModelRequest)
    /// Charges the user with what a call of the model has used.
    case meter(MeteredCall)
    /// Writes a file, then ``RunInput/written``.
    case write(artifact: String, content: String)
    /// Adds rows for these events to the analytics, then ``RunInput/recorded``.
    case record([RunEvent])
    /// Saves the answer as a message and the run as completed, in one transaction, then ``RunInput/completed``.
    case complete(answer: String, RunCheckpoint)
    /// Saves the run as failed.
    case fail(String, RunCheckpoint)
    /// Saves that the last event was sent: nobody needs to take the run up any more.
    case announce
}

/// What a model is asked.
struct ModelRequest: Sendable, Equatable {
    let model: String
    let messages: [JSONValue]
    let tools: [AgentTool]
}
