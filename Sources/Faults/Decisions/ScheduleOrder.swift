// The order of ready tasks in a decision list: the seed's, or first-in-first-out with the departures that are listed.

import Fixtures
public import Kernel
public import Wire

/// What decides the order of ready tasks where decisions are repeated.
public enum ScheduleOrder: Sendable, Hashable {
    /// The seed.
    case seeded
    /// First in, first out, but for these steps.
    case listed([Departure])

    /// The departures that are listed.
    public var departures: [Departure] {
        switch self {
        case .seeded: []
        case .listed(let departures): departures
        }
    }

    /// How decision lists call it.
    var word: String {
        switch self {
        case .seeded: "seeded"
        case .listed: "listed"
        }
    }

    /// How a simulation is told.
    var simulated: Simulation.Order {
        switch self {
        case .seeded: .seeded
        case .listed(let departures): departures.isEmpty ? .firstInFirstOut : .departing(departures)
        }
    }
}

extension FaultPlan {
    /// The order of ready tasks that a plan asks of a simulation.
    public var order: Simulation.Order {
        if let reseeding { return .reseeded(at: reseeding.time, seed: reseeding.seed) }
        return decisions?.order.simulated ?? .seeded
    }
}

extension Departure {
    /// The site of departures in decision lists.
    static let site = "schedule"

    /// A departure as an item of a decision list: the task, which of its steps (from 1), and its place among what is ready.
    public var json: JSONValue {
        [
            "site": .string(Self.site), "actor": .string("\(name)#\(String(task, radix: 16))"),
            "occurrence": .integer(Int64(clamping: step) + 1), "fault": "order",
            "parameters": ["do": "order", "rank": .string(String(rank, radix: 16))],
        ]
    }

    /// The departure of an item of a decision list. Throws an `InputError` that says where and what.
    init(_ members: JSONObject, _ place: String) throws {
        let actor = members["actor"]?.string ?? ""
        guard let mark = actor.lastIndex(of: "#"), let task = UInt64(actor[actor.index(after: mark)...], radix: 16) else {
            throw InputError("A task is expected here: its name, '#' and its number in hexadecimal.", at: Place("\(place).actor"))
        }
        guard let occurrence = members["occurrence"]?.integer, occurrence > 0 else {
            throw InputError("A whole number of at least 1 is expected here.", at: Place("\(place).occurrence"))
        }
        let parameters = members["parameters"]
        guard parameters?["do"]?.string == "order", let rank = parameters?["rank"]?.string.flatMap({ UInt64($0, radix: 16) })
        else {
            throw InputError(
                "The place of a step is expected here: 'do' is 'order', and 'rank' a number in hexadecimal.",
                at: Place("\(place).parameters"))
        }
        self.init(task: task, name: String(actor[..<mark]), step: UInt64(occurrence) - 1, rank: rank)
    }
}
