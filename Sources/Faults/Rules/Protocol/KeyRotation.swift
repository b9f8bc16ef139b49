// key-rotation: the auth service signs with another key.

public import Kernel

/// Has the auth service make a new key and sign with it, at a time (`@t=2s`), at a time that chance chooses
/// (`@t=1s..5s`), or at the n-th request (`@5`). Tokens of the former key stay good while they live; whoever checks tokens by
/// published keys has to fetch them anew (RFC 7517 section 4.5).
public struct KeyRotation: Rule {
    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict {
        .rotateKeys(at: event.appointedTime(draw))
    }

    static let kind = FaultKind(
        name: "key-rotation", summary: "Has the auth service sign with a new key; tokens of the former one stay good.",
        sites: [.arrival, .appointment], outcomes: [.late], example: "auth: key-rotation@t=2s",
        objection: { pattern, _ in
            pattern.concerns("auth") ? nil : "Only 'auth' has keys. Write 'auth: key-rotation'."
        },
        swarm: { dice in
            let from = dice.number(0, 2000)
            return "auth: key-rotation@t=\(from)ms..\(from + dice.number(0, 3000))ms"
        }
    ) { _ in KeyRotation() }
}
