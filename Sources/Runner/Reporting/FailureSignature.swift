// What a failure is, without what differs from user to user, run to run and seed to seed.

public import Suites

/// Signatures of findings: two failures of equal signature are taken for the same.
public enum FailureSignature {
    /// The step and the message, with `#` for every word that has a digit in it, for lists of them, and for what is quoted; and
    /// without the values of what is not as it was expected: `receive the events: message # came twice`.
    public static func of(_ finding: Finding) -> String {
        "\(finding.step): \(finding.message)"
            .replacing(/\ is .*, expected .*/, with: " is not what was expected")
            .replacing(/"[^"]*"/, with: "#")
            // Tokens, whose parts may have signs in them.
            .replacing(/eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/, with: "#")
            .replacing(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, with: "#")
            .replacing(/[A-Za-z_]*[0-9][0-9A-Za-z_.]*/, with: "#")
            .replacing(/#([-:.]?#)+/, with: "#")
            .replacing(/([A-Za-z]+-)?#(, ([A-Za-z]+-)?#)+/, with: "#")
    }

    /// The signatures of all findings of a verdict, in order.
    public static func all(of verdict: CaseVerdict) -> [String] {
        if case .failed(let findings) = verdict { findings.map(of) } else { [] }
    }
}
