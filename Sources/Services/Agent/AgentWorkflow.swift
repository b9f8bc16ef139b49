// A workflow: agents one after the other, and which of them depends on how much data the first one finds.

import Fixtures
import Wire

/// The agents of a workflow, in the order of their work.
struct AgentWorkflow: Sendable, Equatable {
    /// How far the data suffices.
    enum Sufficiency: String, Sendable, CaseIterable {
        case sufficient, partial, insufficient, unknown

        /// Sufficient from 0.8 on, partial from 0.4 on; whatever is no number is unknown.
        init(_ value: JSONValue?) {
            self =
                switch value?.double {
                case .some(0.8...): .sufficient
                case .some(0.4...): .partial
                case .some(let number) where !number.isNaN: .insufficient
                default: .unknown
                }
        }
    }

    /// The agent that begins, and finds out how far the data suffices.
    let first: String
    /// The agents that go on, for every sufficiency.
    private let orders: [Sufficiency: [String]]

    /// Reads a workflow. Throws `InputError`.
    init(_ node: FixtureNode) throws {
        let fields = try node.mapping(["first"] + Sufficiency.allCases.map(\.rawValue))
        first = try fields.required("first").string()
        var orders: [Sufficiency: [String]] = [:]
        for sufficiency in Sufficiency.allCases {
            orders[sufficiency] = try fields.required(sufficiency.rawValue).list().map { try $0.string() }
        }
        self.orders = orders
    }

    /// The agents that go on after the first.
    func order(for sufficiency: Sufficiency) -> [String] { orders[sufficiency] ?? [] }

    /// The names of all its agents, each once, sorted.
    var agents: [String] { Set(orders.values.joined() + [first]).sorted() }
}
