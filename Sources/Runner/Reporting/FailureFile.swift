// A failure that can be run again: what failed, how, and every decision that led there.

public import Faults
import Fixtures
public import Foundation
import Kernel
import Suites
import Wire
import Worlds

/// A failure file (cli.md): JSON with all that is needed to run one failed case again, without the seed's chance of faults.
public struct FailureFile: Sendable {
    /// One form of the failure: as it was found, or shrunk.
    public struct Form: Sendable {
        /// Every fault that happened, and the order of ready tasks.
        public var list: DecisionList
        /// How many users acted.
        public var users: Int
        /// How many steps each user took; as the case has it, if nil.
        public var steps: Int?
        /// What it said, its first finding.
        public var message: String
        /// The run's hash, in hexadecimal; nil in worlds that do not repeat.
        public var fingerprint: String?
    }

    /// The case's id.
    public let id: String
    /// The seed.
    public let seed: UInt64
    /// What the failure is (``FailureSignature``).
    public let signature: String
    /// The planned bugs and quirks that were switched on, by name.
    public let deviations: [String]
    /// The plan of faults as the command line names it, and faults in one line beside it.
    public let plan: [String]
    /// The faults that were planned under its seed, each in one line.
    public let faults: [String]
    /// Of how many seeds that were tried how many failed in this way; nil where that was not counted.
    public var findability: Findability?
    /// The failure as it was found.
    public let found: Form
    /// The failure with the fewest faults, users and departures of the order; nil where it was not shrunk.
    public private(set) var shrunk: Form?
    /// The departures of the shrunk order in words.
    public var departures: [String] { notes.first { $0.0 == "departures" }?.1.array?.compactMap(\.string) ?? [] }

    /// The departures of the order in words, and what the shrinking took.
    private var notes: [(String, JSONValue)] = []
    private let command: String
    /// The commit of the build that wrote it; nil where that had none.
    public let commit: String?

    /// The file of a failed result; nil for one that did not fail.
    public init?(_ result: CaseResult, of plan: RunPlan, command: ReplayCommand, build: Build) {
        guard case .failed(let findings) = result.verdict, let first = findings.first else { return nil }
        id = result.id
        seed = result.seed
        signature = FailureSignature.of(first)
        deviations = plan.blueprint.deviationNames
        faults = plan.blueprint.faults.faults(of: result.seed).map(\.text)
        found = Form(
            list: result.decisions, users: plan.setting.users, steps: plan.setting.steps, message: first.message,
            fingerprint: result.fingerprint.map { "\($0)" })
        self.command = command.line(result)
        self.plan = command.faults
        commit = build.commit
    }

    /// Adds what is left of the failure.
    public mutating func add(_ shrunk: ShrunkFailure) {
        let finding = shrunk.findings.first { FailureSignature.of($0) == signature }
        self.shrunk = Form(
            list: shrunk.list, users: shrunk.users, steps: shrunk.steps, message: finding?.message ?? "",
            fingerprint: shrunk.fingerprint.map { "\($0)" })
        notes = [
            ("departures", .array(shrunk.departures.map(JSONValue.string))), ("trials", JSONValue(shrunk.trials)),
            ("seconds", .number(shrunk.took.seconds)),
        ]
    }

    /// The name that the file should have.
    public var name: String { id.replacing("/", with: "-") + "-\(seed).json" }

    /// The file's text: a member a line, a decision a line.
    public var text: String {
        var members: [(String, JSONValue)] = [
            ("version", JSONValue(DecisionList.version)), ("case", .string(id)), ("seed", .string("\(seed)")),
            ("signature", .string(signature)), ("deviations", .array(deviations.map(JSONValue.string))),
            ("command", .string(command)), ("commit", JSONValue(commit)),
            ("plan", .array(self.plan.map(JSONValue.string))), ("faults", .array(faults.map(JSONValue.string))),
        ]
        if let findability {
            let counts: JSONValue = ["seeds": JSONValue(findability.seeds), "failed": JSONValue(findability.failed)]
            members.append(("findability", counts))
        }
        members += Self.members(found)
        if let shrunk { members.append(("shrunk", .object(JSONObject(Self.members(shrunk) + notes)))) }
        return Self.layout(members, indent: "") + "\n"
    }

    private static func members(_ form: Form) -> [(String, JSONValue)] {
        [
            ("message", .string(form.message)), ("fingerprint", JSONValue(form.fingerprint)), ("users", JSONValue(form.users)),
            ("steps", form.steps.map { JSONValue($0) } ?? .null),
        ] + form.list.members
    }

    private static func layout(_ members: [(String, JSONValue)], indent: String) -> String {
        let lines = members.map { name, value in "\(indent)  \"\(name)\": \(layout(value, indent: indent + "  "))" }
        return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    }

    private static func layout(_ value: JSONValue, indent: String) -> String {
        switch value {
        case .array(let items) where !items.isEmpty && items.allSatisfy({ $0.object != nil }):
            "[\n" + items.map { "\(indent)  \($0.text)" }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let object): layout(object.map { ($0.key, $0.value) }, indent: indent)
        default: value.text
        }
    }
}

extension FailureFile {
    /// Reads a file. Throws an `InputError` that says what is wrong with it.
    public init(_ file: URL, name: String) throws {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else {
            throw InputError("This file cannot be read, or is not UTF-8.", at: Place(name))
        }
        // Also says where it is no JSON, and which version it has.
        let list = try DecisionList(text: text, name: name)
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
        deviations = value["deviations"]?.array?.compactMap(\.string) ?? []
        found = try Self.form(value, list, name)
        if let shrunk = value["shrunk"], shrunk.object != nil {
            notes = ["departures", "trials", "seconds"].compactMap { name in shrunk[name].map { (name, $0) } }
            self.shrunk = try Self.form(shrunk, DecisionList(items: shrunk, name: name + ", shrunk"), name + ", shrunk")
        }
        plan = value["plan"]?.array?.compactMap(\.string) ?? []
        faults = value["faults"]?.array?.compactMap(\.string) ?? []
        if let seeds = value["findability"]?["seeds"]?.integer, let failed = value["findability"]?["failed"]?.integer,
            failed > 0, seeds >= failed
        {
            findability = Findability(failed: failed, of: seeds)
        }
        command = try member("command")
        commit = value["commit"]?.string
    }

    private static func form(_ value: JSONValue, _ list: DecisionList, _ name: String) throws -> Form {
        func count(_ member: String) throws -> Int? {
            guard let number = value[member], number != .null else { return nil }
            guard let count = number.integer, count > 0 else {
                throw InputError("A whole number of at least 1 is expected here.", at: Place("\(name), \(member)"))
            }
            return count
        }
        return Form(
            list: list, users: try count("users") ?? 1, steps: try count("steps"), message: value["message"]?.string ?? "",
            fingerprint: value["fingerprint"]?.string)
    }
}
