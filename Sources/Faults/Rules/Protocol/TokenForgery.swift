// token-forged: a token's signature is wrong for one request.

public import Kernel

/// Changes the signature of the token that one request shows, so that no key has made it (RFC 7515 section 5.2). Claims
/// and header stay as they are. Requests that show no token in their head are left alone.
public struct TokenForgery: Rule {
    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .forge }

    static let kind = FaultKind(
        name: "token-forged", summary: "Has the token of a request reach a service with a wrong signature.", sites: [.token],
        outcomes: [.refused], example: "client->agent /api/**: token-forged@4",
        swarm: { "client->\($0.service) /**: token-forged~\($0.percent(2, 20))" }
    ) { _ in TokenForgery() }
}
