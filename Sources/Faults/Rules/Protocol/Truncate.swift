// truncate: a response ends in the middle of its body.

public import Kernel

/// Ends a response after so many bytes of its body: the connection is closed, so that the reader sees less than
/// `Content-Length` says, or no last chunk (RFC 9112 section 8). A response that is not longer is left alone.
public struct Truncate: Rule {
    let after: Int

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .truncate(after: after) }

    static let kind = FaultKind(
        name: "truncate", summary: "Cuts the body of a response after so many bytes; its connection is closed.",
        sites: [.response],
        parameters: [.init(name: "after", unit: "count", fallback: "10", summary: "how many bytes of the body still arrive")],
        outcomes: [.doneButReplyLost, .partial], example: "client->agent GET /api/threads: truncate(after=20)@1",
        swarm: { "\($0.service) /**: truncate(after=\($0.number(0, 200)))~\($0.percent(0.5, 6))" }
    ) { Truncate(after: try $0.count("after", from: 0)) }
}
