// What a user did to the own sessions, as histories for the checkers.

import Clients
import Kernel

/// The histories of one user's sessions. Every session is a register that is open or closed; every refresh token one that is
/// fresh until it is used. Safe from any task, as devices of one user act at once.
struct SessionHistories: Sendable {
    typealias Recorder = HistoryRecorder<RegisterAction, RegisterAnswer>

    static let open = "open"
    static let closed = "closed"

    /// Sessions by name: opened, asked about, closed.
    let sessions: Recorder
    /// Refresh tokens by name: each exchange sets one from fresh to used.
    let refreshes: Recorder

    init(clock: WorldClock) { (sessions, refreshes) = (Recorder(clock: clock), Recorder(clock: clock)) }

    /// Notes that a login has opened a session.
    func opened(_ session: String, by process: String) async {
        _ = try? await sessions.record(process, .write(session, Self.open)) { .written }
    }

    /// Notes that a session may have been closed, now, later or never.
    func mayClose(_ session: String, by process: String) async {
        await sessions.mayBegin(process, .write(session, Self.closed))
    }

    /// Exchanges a refresh token.
    func exchange(_ held: TokenMemory.Held, _ auth: AuthClient, by process: String) async -> Attempt<AuthClient.Tokens> {
        await refreshes.attempt(
            process, .compareAndSet(held.refreshName, from: nil, to: "used"), meaning: { _ in .swapped(true) }
        ) { try await auth.refresh(held.refreshToken) }
    }

    /// Asks whether a session is open; an answer that its token's age may explain says nothing.
    func ask(
        _ token: String, of session: String, _ auth: AuthClient, mayBeOld: Bool, by process: String
    ) async -> Attempt<AuthClient.Validation> {
        await sessions.attempt(process, .read(session)) { answer in
            if answer.error == "validation_error" || !answer.isValid && mayBeOld { return nil }
            return .value(answer.isValid ? Self.open : Self.closed)
        } _: {
            try await auth.validate(token)
        }
    }

    /// What no order of the operations explains. Where sessions may be forgotten or their tokens fail, `areReliable` is false,
    /// and only what was good counts: a session that was given up must not come back.
    func problems(areReliable: Bool) -> [String] {
        let judged = sessions.history.compactMap { operation -> (action: RegisterAction, outcome: Outcome<RegisterAnswer>)? in
            if !areReliable, operation.outcome.answer == .value(Self.closed) { return nil }
            return (operation.action, operation.outcome)
        }
        return Self.judge(judged, "sessions") + (areReliable ? Self.judge(refreshes.history, "refresh tokens") : [])
    }

    private static func judge(_ history: History<RegisterAction, RegisterAnswer>, _ what: String) -> [String] {
        let report = LinearizabilityChecker(model: .register()).check(history)
        return report.problems.map { "the \(what) are not linearizable: \($0)" }
            + report.undecided.map { "the history of \($0) is too long to be judged" }
    }
}
