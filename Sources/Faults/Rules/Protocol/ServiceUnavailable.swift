// http-503: a request is answered with 503, whether or not it was served.

import Fixtures
public import Kernel

/// Answers a request with 503 Service Unavailable (RFC 9110 section 15.6.4), as a load balancer does: instead of serving
/// it, or after it was served, so that its effect is there and the caller does not know.
public struct ServiceUnavailable: Rule {
    let retryAfter: Duration
    let served: Bool

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict {
        .answer(status: 503, retryAfter: retryAfter == .zero ? nil : retryAfter, served: served)
    }

    static let kind = FaultKind(
        name: "http-503",
        summary: "Answers a request with 503 Service Unavailable instead of serving it, or after it was served.",
        sites: [.request],
        parameters: [
            .init(
                name: "retry-after", unit: "duration", fallback: "0s",
                summary: "what Retry-After says, in whole seconds; 0s for none"),
            .init(name: "served", unit: "true or false", fallback: "false", summary: "whether the request is served before"),
        ],
        outcomes: [.refused, .doneButReplyLost], example: "agent->auth POST /auth/validate: http-503(retry-after=1s)@2..4",
        swarm: {
            "\($0.service) /**: http-503(retry-after=\($0.number(0, 3))s, served=\($0.number(0, 3) == 0))~\($0.percent(1, 15))"
        }
    ) { ServiceUnavailable(retryAfter: try $0.duration("retry-after"), served: try $0.truth("served")) }
}
