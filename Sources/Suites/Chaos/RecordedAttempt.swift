// An attempt that is an operation of a history too.

extension HistoryRecorder {
    /// Does something once, as an operation of `process`. Whatever throws leaves the outcome unknown, a refusal too unless
    /// `refusalsAreFinal`: what may be sent again by somebody on the way may have been done before. `meaning` says what the
    /// reply tells of the state, nil where it tells nothing.
    func attempt<Value: Sendable>(
        _ process: String, _ action: Action, refusalsAreFinal: Bool = false, meaning: (Value) -> Answer?,
        _ body: () async throws -> Value
    ) async -> Attempt<Value> {
        var reply: Value?
        do {
            _ = try await record(process, action, isRefusal: { refusalsAreFinal && $0.isRefusal }) {
                let value = try await body()
                reply = value
                guard let answer = meaning(value) else { throw Meaningless() }
                return answer
            }
        } catch is Meaningless {
            // The reply is there, and the history has no use for it.
        } catch {
            return error.isRefusal ? .refused(error.refusedStatus ?? 0) : .unknown
        }
        return reply.map(Attempt.done) ?? .unknown
    }

    /// Notes something that may be done now, later or never, and that nobody hears of.
    func mayBegin(_ process: String, _ action: Action) async {
        _ = try? await record(process, action) { throw Meaningless() }
    }
}

/// A reply that says nothing about the state of what was asked.
private struct Meaningless: Error {}

extension Error {
    /// Whether a service has refused, and says that the caller is to blame.
    var isRefusal: Bool { refusedStatus.map { (400..<500).contains($0) } ?? false }
}
