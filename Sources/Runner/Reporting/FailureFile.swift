// A failure that can be run again: what failed, how, and every decision that led there.

public import Faults
import Fixtures
public import Foundation
import Kernel
public import Suites
import Wire
import Worlds

/// A failure file (cli.md): JSON with all that is needed to run one failed case again, without the seed's chance of faults.
public struct FailureFile: Sendable {
    /// The case's id.
    public let id: String
    /// The seed.
    public let seed: UInt64
    /// What the failure is, without what differs from user to user and run to run.
    public let signature: String
    /// The run's hash, in hexadecimal; nil in worlds that do not repeat.
    public let fingerprint: String?
    /// How many users acted.
    public let users: Int
    /// The planned bugs and quirks that were switched on, by name.
    public let deviations: [String]
    /// Every fault that happened.
    public let decisions: DecisionList
    private let command: String
    private let commit: String?

    /// The file of a failed result; nil for one that did not fail.
    public init?(_ result: CaseResult, of plan: RunPlan, command: ReplayCommand, build: Build) {
        guard case .failed(let findings) = result.verdict, let first = findings.first else { return nil }
        id = result.id
        seed = result.seed
        signature = Self.signature(first)
        fingerprint = result.fingerprint.map { "\($0)" }
        users = plan.setting.users
        deviations = plan.blueprint.deviationNames
        decisions = result.decisions
        self.command = command.line(result)
        commit = build.commit
    }

    /// A finding without numbers and ids: `receive the events: the run failed: ...`.
    public static func signature(_ finding: Finding) -> String {
        "\(finding.step): \(finding.message)".replacing(/[0-9][0-9a-f_.]*/, with: "#")
    }

    /// The name that the file should have.
    public var name: String { id.replacing("/", with: "-") + "-\(seed).json" }

    /// The file's text.
    public var text: String {
        let value: JSONValue = [
            "version": .integer(Int64(DecisionList.version)), "case": .string(id), "seed": .string("\(seed)"),
            "signature": .string(signature), "fingerprint": JSONValue(fingerprint), "users": .integer(Int64(users)),
            "deviations": .array(deviations.map(JSONValue.string)), "decisions": .array(decisions.decisions.map(\.json)),
            "command": .string(command), "commit": JSONValue(commit),
        ]
        return value.text + "\n"
    }

    /// Reads a file. Throws an `InputError` that says what is wrong with it.
    public init(_ file: URL, name: String) throws {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else {
            throw InputError("This file cannot be read, or is not UTF-8.", at: Place(name))
        }
        decisions = try DecisionList(text: text, name: name)
        let value = try JSONValue(json: text)
        func member(_ member: String) throws -> String {
            guard let text = value[member]?.string else {
                throw InputError("This is no failure file: it has no text '\(member)'.", at: Place(name))
            }
            return text
        }
        id = try member("case")
        signature = try member("signature")
        guard let seed = UInt64(try member("seed")) else {
            throw InputError("The seed '\(try member("seed"))' is no number of 64 bits.", at: Place(name))
        }
        self.seed = seed
        fingerprint = value["fingerprint"]?.string
        users = value["users"]?.integer ?? 1
        deviations = value["deviations"]?.array?.compactMap(\.string) ?? []
        command = try member("command")
        commit = value["commit"]?.string
    }
}
