// The ways in which the agent service can be wrong on purpose.

public import ServiceKit

extension Deviation {
    private static func agent(
        _ name: String, _ summary: String, isQuirk: Bool = false, needs: DeviationNeed = .nothing
    ) -> Deviation {
        Deviation(name, of: "agent", summary, isQuirk: isQuirk, needs: needs)
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

    /// An end is told before it is one.
    public static let toldBeforeKept = agent(
        "told-before-kept", "agent_completed is sent before the answer is kept, and stays sent if it cannot be", needs: .fault)
    /// A run that fails has an answer.
    public static let failedAnswerKept = agent(
        "failed-answer-kept", "the answer of a run that cannot be recorded is put into its thread, though the run fails",
        needs: .fault)
    /// Most runs are forgotten.
    public static let oneRunResumed = agent(
        "one-run-resumed", "after a restart only the oldest of the unfinished runs is taken up", needs: .fault)
    /// A transaction is none.
    public static let transactionTorn = agent(
        "transaction-torn", "the statements of a transaction are committed one by one: what failed is begun again over its half",
        needs: .fault)
    /// Rows are recorded twice.
    public static let recordedTwice = agent(
        "recorded-twice", "rows that are sent to the analytics again, because the reply was lost, are counted twice",
        needs: .fault)
    /// Tokens are paid for twice.
    public static let tokensChargedTwice = agent(
        "tokens-charged-twice",
        "a charge of tokens that is tried again, because the reply was lost, is a second charge",
        needs: .fault)
    /// Half an answer is taken for a whole one.
    public static let cutAnswerKept = agent(
        "cut-answer-kept", "where the model's stream breaks off, what had come is taken for its answer", needs: .fault)
    /// An event has one chance.
    public static let eventSentOnce = agent(
        "event-sent-once", "an event that cannot be delivered at once is left out, and the run goes on", needs: .fault)
    /// A failure is not noted.
    public static let failureUnreported = agent(
        "failure-unreported", "a run that fails ends in the agent's memory alone: its status stays running for ever",
        needs: .fault)
    /// The state of yesterday.
    public static let staleStateCached = agent(
        "stale-state-cached",
        "the cached state of a run that was taken up after a restart is neither removed at its end nor doubted",
        needs: .fault)
    /// Events lose their identity over a restart.
    public static let resumedEventsRenamed = agent(
        "resumed-events-renamed", "a run that is taken up sends what it had sent under other ids, so that it comes twice",
        needs: .fault)
    /// The last checkpoint but one is written behind the last.
    public static let stateSavedBehind = agent(
        "state-saved-behind", "the last step of a run is saved in the background, and may be saved after the run's end",
        needs: .order)
    /// Two members of a thread are written apart.
    public static let titleWrittenApart = agent(
        "title-written-apart", "title and metadata of a thread are written at once, each with what was read of the other",
        needs: .order)
    /// Pieces of an answer overtake each other.
    public static let pieceOvertaken = agent(
        "piece-overtaken", "each piece of a model's answer is taken by a task of its own: pieces may overtake each other",
        needs: .order)

    /// All of this service.
    public static let agentDeviations: [Deviation] = [
        threadNotFiltered, titleLost, contextShared, stepSkipped, toolResultLost, stateNotSaved, resumeFromStart,
        cancelIgnored, fallbackClaimsSuccess, stackInError, slowStart, slowTool, artifactShared, runLeak, wrongThread,
        startUnacknowledged, toldBeforeKept, failedAnswerKept, oneRunResumed, transactionTorn, recordedTwice, tokensChargedTwice,
        cutAnswerKept,
        eventSentOnce, failureUnreported, staleStateCached, resumedEventsRenamed, stateSavedBehind, titleWrittenApart,
        pieceOvertaken,
    ]
}
