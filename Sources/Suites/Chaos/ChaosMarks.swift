// What a search is to see of the chaos cases: one that passes without it has shown less than it seems.

/// What sometimes happens to a user of sessions.
enum SessionMark: String, CaseIterable {
    case answerOfRefreshLost = "a refresh was served, its answer was lost, and the repetition ended the session"
    case refusedAtOnce = "of two refreshes at once with one token, one was refused"
    case loggedOutAgain = "a session was logged out by a repetition"
    case triedAfterCrash = "a token that was given up was tried after auth had crashed"
    case openAfterCrash = "a session is open that is older than a crash of auth"
}

/// What sometimes happens to a user of threads.
enum ThreadMark: String, CaseIterable {
    case answerOfTitleLost = "a title was not confirmed, and was written"
    case titleLost = "a title was not confirmed, and was not written"
    case answerOfMessageLost = "a message was kept, and its answer was lost"
    case messageLost = "a message was not kept, and no answer said so"
}

/// What sometimes happens to a user of conversations.
enum ChatMark: String, CaseIterable {
    case unknownRun = "a question has a run of which its sender never heard"
    case questionLost = "a question has no run, and no answer said so"
    case resumed = "an event came that is older than the connection"
    case eventsGone = "events are gone, and the user was told which"
    case failed = "a run failed, and its user was told"
    case cancelled = "a run was cancelled, and has no answer"
}

extension ChaosUser {
    /// Notes that something has happened that need not happen.
    func sometimes<Mark: RawRepresentable<String>>(_ mark: Mark, _ condition: Bool = true) {
        journey.sometimes(mark.rawValue, condition)
    }
}
