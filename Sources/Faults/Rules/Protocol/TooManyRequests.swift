// http-429: a request is refused because there were too many.

import Fixtures
public import Kernel

/// Answers a request with 429 Too Many Requests (RFC 6585 section 4), instead of serving it.
public struct TooManyRequests: Rule {
    let retryAfter: Duration

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict {
        .answer(status: 429, retryAfter: retryAfter == .zero ? nil : retryAfter, served: false)
    }

    static let kind = FaultKind(
        name: "http-429", summary: "Answers a request with 429 Too Many Requests instead of serving it.", sites: [.request],
        parameters: [
            .init(
                name: "retry-after", unit: "duration", fallback: "1s",
                summary: "what Retry-After says, in whole seconds; 0s for none")
        ],
        outcomes: [.refused], example: "llm POST /v1/chat/completions: http-429@2",
        swarm: { "\($0.service) /**: http-429(retry-after=\($0.number(0, 3))s)~\($0.percent(1, 15))" }
    ) { TooManyRequests(retryAfter: try $0.duration("retry-after")) }
}
