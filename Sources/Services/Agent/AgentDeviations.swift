// The ways in which the agent service can be wrong on purpose.

public import ServiceKit

extension Deviation {
    private static func agent(_ name: String, _ summary: String, isQuirk: Bool = false) -> Deviation {
        Deviation(name, of: "agent", summary, isQuirk: isQuirk)
    }

    /// Threads and messages of other users can be read.
    public static let threadNotFiltered = agent(
        "thread-not-filtered", "anybody is shown everybody's threads and their messages", isQuirk: true)
    /// A new title is shown once and lost.
    public static let titleLost = agent("title-lost", "PUT answers with the new title, GET gives the old one", isQuirk: true)
    /// A run works on the question of the run before it, whoever asked it.
    public static let contextShared = agent("context-shared", "a run works on the question of the run that began before it")
    /// The last of several tools is never called.
    public static let stepSkipped = agent("step-skipped", "the last of an agent's tool steps is left out")
    /// Later steps do not see what a tool gave back.
    public static let toolResultLost = agent("tool-result-lost", "the result of a tool does not reach the steps after it")
    /// Runs leave no checkpoints.
    public static let stateNotSaved = agent("state-not-saved", "the state of a run is never saved")
    /// A run that is taken up begins again.
    public static let resumeFromStart = agent("resume-from-start", "a run that is taken up after a crash repeats its steps")
    /// A cancelled run goes on.
    public static let cancelIgnored = agent("cancel-ignored", "cancelling a run succeeds, and the run goes on")
    /// A failed model call ends in a made-up answer.
    public static let fallbackClaimsSuccess = agent(
        "fallback-claims-success", "a run whose model failed ends as completed, with a fallback text", isQuirk: true)
    /// Errors show the source.
    public static let stackInError = agent("stack-in-error", "error bodies have stack traces and source lines", isQuirk: true)
    /// Runs begin late.
    public static let slowStart = agent("slow-start", "the first event of a run comes after 6 s")
    /// A tool takes too long.
    public static let slowTool = agent("slow-tool", "the first tool of a run takes 31 s longer")
    /// All users' artifacts are in one folder.
    public static let artifactShared = agent("artifact-shared", "all users share one folder of artifacts")
    /// Ended runs are kept in memory.
    public static let runLeak = agent("run-leak", "runs that have ended stay among the live ones")
    /// An answer is kept in another thread.
    public static let wrongThread = agent("wrong-thread", "an answer is stored in another thread of the user")
    /// Nobody is told that a run has begun.
    public static let startUnacknowledged = agent("start-unacknowledged", "agent_started is never sent")

    /// All of this service.
    public static let agentDeviations: [Deviation] = [
        threadNotFiltered, titleLost, contextShared, stepSkipped, toolResultLost, stateNotSaved, resumeFromStart,
        cancelIgnored, fallbackClaimsSuccess, stackInError, slowStart, slowTool, artifactShared, runLeak, wrongThread,
        startUnacknowledged,
    ]
}
