// What a task waits for, in words, so that a run that can go no further can say why.

/// What a task waits for: `the reply to` `POST /v1/chat/completions` `on agent->llm`.
public struct WaitReason: Sendable, CustomStringConvertible {
    /// What kind of thing is awaited.
    public let what: StaticString
    /// Which one, in words that follow each other. Apart, since a reason is given for every call and seldom read.
    public let subject: (String?, String?)
    /// On which link, or from whom.
    public let place: String

    /// A reason in its parts.
    public init(_ what: StaticString, _ subject: String?, _ more: String? = nil, on place: String) {
        self.what = what
        self.subject = (subject, more)
        self.place = place
    }

    public var description: String {
        (["\(what)", subject.0, subject.1].compactMap(\.self) + ["on \(place)"]).joined(separator: " ")
    }
}

/// Runs `body`, and has the current task say meanwhile what it waits for. Costs nothing outside a simulation.
public func waiting<Result>(
    for reason: @autoclosure () -> WaitReason, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
) async rethrows -> Result {
    guard let simulation = Simulation.current else { return try await body() }
    simulation.setWaiting(reason())
    defer { simulation.setWaiting(nil) }
    return try await body()
}
