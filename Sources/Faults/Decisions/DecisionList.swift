// The list of decisions that a run took: written to a file, read again, and enough to drive a run without chance.

import Fixtures
import Kernel
public import Wire

/// The decisions of a run, in order.
public struct DecisionList: Sendable, Hashable {
    /// The version of the format.
    public static let version = 1

    /// The decisions.
    public var decisions: [FaultDecision]

    /// The order of ready tasks.
    public var order: ScheduleOrder

    /// A list of decisions.
    public init(_ decisions: [FaultDecision], order: ScheduleOrder = .seeded) {
        self.decisions = decisions
        self.order = order
    }

    /// How many decisions there are, departures of the order included.
    public var count: Int { decisions.count + order.departures.count }

    /// The items: first the faults, then the departures of the order.
    var items: [JSONValue] { decisions.map(\.json) + order.departures.map(\.json) }

    /// The members of a file: `order`, and `decisions`.
    public var members: [(String, JSONValue)] { [("order", .string(order.word)), ("decisions", .array(items))] }

    /// `{"version": 1, "order": "seeded", "decisions": [...]}`, a decision a line.
    public var text: String {
        let lines = items.map(\.text).joined(separator: ",\n")
        let decisions = lines.isEmpty ? "" : "\n" + lines + "\n"
        return "{\"version\":\(Self.version),\"order\":\"\(order.word)\",\"decisions\":[\(decisions)]}\n"
    }

    /// Reads a list from a file's text; `name` is how errors call the file. A failure file is such a file too: other
    /// members than `version` and `decisions` are left alone. Throws an `InputError` that says where and what.
    public init(text: String, name: String) throws {
        let value: JSONValue
        do {
            value = try JSONValue(json: text)
        } catch let error as JSONSyntaxError {
            let line = text.utf8.prefix(error.offset).count { $0 == UInt8(ascii: "\n") } + 1
            throw InputError("This is no decision list: it is not JSON (\(error.reason)).", at: Place(name, line: line))
        }
        try self.init(value, name: name)
    }

    /// Reads a list from the JSON of a file. Throws an `InputError` that says where and what.
    public init(_ value: JSONValue, name: String) throws {
        guard let version = value["version"]?.integer else {
            throw InputError("This is no decision list: it has no whole number 'version'.", at: Place(name))
        }
        guard version == Self.version else {
            throw InputError(
                "This decision list has version \(version), and \(Self.version) can be read here. Use the Backlot that wrote it.",
                at: Place("\(name), version"))
        }
        try self.init(items: value, name: name)
    }

    /// Reads `decisions` and `order` of an object, whose version was checked. Throws an `InputError` that says where and what.
    public init(items value: JSONValue, name: String) throws {
        guard let items = value["decisions"]?.array else {
            throw InputError("This is no decision list: it has no array 'decisions'.", at: Place(name))
        }
        let order = value["order"]?.string ?? "seeded"
        guard order == "seeded" || order == "listed" else {
            throw InputError.unknown("order", order, known: ["seeded", "listed"], at: Place("\(name), order"))
        }
        var seen: Set<String> = []
        var departures: [Departure] = []
        decisions = []
        for (index, item) in items.enumerated() {
            let place = "\(name), decisions[\(index)]"
            let members = try Self.members(of: item, place)
            if members["site"]?.string == Departure.site {
                guard order == "listed" else {
                    throw InputError(
                        "A departure from first-in-first-out means nothing where the seed decides the order: write \"order\": \"listed\".",
                        at: Place(place))
                }
                departures.append(try Departure(members, place))
            } else {
                decisions.append(try Self.decision(members, place))
            }
            let key = "\(members["site"]?.text ?? "") \(members["actor"]?.text ?? "") \(members["occurrence"]?.text ?? "")"
            guard seen.insert(key).inserted else {
                throw InputError("Another decision before has the same site, actor and occurrence. Keep one.", at: Place(place))
            }
        }
        self.order = order == "listed" ? .listed(departures) : .seeded
    }

    private static func members(of item: JSONValue, _ place: String) throws -> JSONObject {
        guard let members = item.object else { throw InputError("A decision is an object.", at: Place(place)) }
        let known = ["site", "actor", "occurrence", "fault", "parameters"]
        for member in members where !known.contains(member.key) {
            throw InputError.unknown("member of a decision", member.key, known: known, at: Place(place))
        }
        return members
    }

    private static func decision(_ members: JSONObject, _ place: String) throws -> FaultDecision {
        func text(_ name: String) throws -> String {
            guard let text = members[name]?.string, !text.isEmpty else {
                throw InputError("A text is expected here.", at: Place("\(place).\(name)"))
            }
            return text
        }
        let siteName = try text("site")
        guard let site = FaultSite(rawValue: siteName) else {
            throw InputError.unknown(
                "site", siteName, known: FaultSite.allCases.map(\.rawValue) + [Departure.site], at: Place("\(place).site"))
        }
        guard let occurrence = members["occurrence"]?.integer, occurrence > 0 else {
            throw InputError("A whole number of at least 1 is expected here.", at: Place("\(place).occurrence"))
        }
        let fault = try text("fault")
        _ = try FaultCatalogue.kind(named: fault, at: Place("\(place).fault"))
        guard let parameters = members["parameters"]?.object, let verdict = Verdict(parameters) else {
            throw InputError(
                "This says nothing that can be done: a 'do' is expected, with its parameters. "
                    + "Known: \(Verdict.words.joined(separator: ", ")).", at: Place("\(place).parameters"))
        }
        guard verdict.suits(site) else {
            throw InputError(
                "'\(parameters["do"]?.string ?? "")' cannot be done at the site '\(siteName)'.", at: Place("\(place).parameters"))
        }
        return FaultDecision(
            site: site, actor: try text("actor"), occurrence: UInt64(occurrence), fault: fault, verdict: verdict)
    }
}

/// What decides which decision is meant.
struct DecisionKey: Hashable {
    let site: FaultSite
    let actor: String
    let occurrence: UInt64

    init(_ decision: FaultDecision) {
        site = decision.site
        actor = decision.actor
        occurrence = decision.occurrence
    }

    init(_ event: FaultEvent) {
        site = event.place.site
        actor = event.place.actor
        occurrence = event.occurrence
    }
}
