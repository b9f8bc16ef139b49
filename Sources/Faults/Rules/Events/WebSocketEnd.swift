// ws-close: a WebSocket ends, with a code or without.

import Fixtures
public import Kernel

/// Loses a message and ends its WebSocket: with a close frame of a code, as a server or a proxy sends it, or with 1006,
/// which means that the connection ended without one (RFC 6455 section 7.4.1).
public struct WebSocketEnd: Rule {
    let code: Int

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .close(code: code) }

    /// The codes that can be chosen.
    static let codes = [1001, 1006, 1008, 1009, 1011, 1012, 1013]

    static let kind = FaultKind(
        name: "ws-close", summary: "Loses a message and ends its WebSocket with a close code; 1006 stands for none.",
        sites: [.message],
        parameters: [
            .init(
                name: "code", unit: codes.map(String.init).joined(separator: ", "), fallback: "1006",
                summary: "going away, no close frame, policy, too big, internal error, service restart, try again later")
        ],
        outcomes: [.lost, .partial], example: "client<-events: ws-close(code=1012)@4",
        swarm: { "client<->events: ws-close(code=\($0.pick(codes.map(String.init))))~\($0.percent(0.5, 6))" }
    ) { WebSocketEnd(code: Int(try $0.choice("code", of: codes.map(String.init))) ?? 1006) }
}
