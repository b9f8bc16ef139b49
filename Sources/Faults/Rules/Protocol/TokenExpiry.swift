// token-expiry: a token is past its time for one request.

public import Kernel

/// Has a service take the token of one request for one that is not valid any more. Requests that show no token in
/// their head are left alone.
public struct TokenExpiry: Rule {
    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .expire }

    static let kind = FaultKind(
        name: "token-expiry", summary: "Has a service take the token of a request for an expired one.", sites: [.token],
        outcomes: [.refused], example: "client->agent /api/**: token-expiry@4",
        swarm: { "client->\($0.service) /**: token-expiry~\($0.percent(5, 40))" }
    ) { _ in TokenExpiry() }
}
