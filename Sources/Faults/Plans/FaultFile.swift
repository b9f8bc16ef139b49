// Plans in YAML: which fault, where, when, with which parameters.

import Fixtures
public import Foundation
import Kernel

/// Reads a plan from YAML:
///
///     faults:
///       - fault: http-503
///         where: {service: llm, route: POST /v1/chat/completions, caller: agent}
///         when: {occurrences: 2..5, time: 1s..10s, probability: 50%}
///         parameters: {retry-after: 1s}
///       - "agent->llm: reset@2"
///
/// `where` has a `link`; or a `service`, with a `route` and whoever asks (`caller` or `user`), or with a `store` (sql or
/// cache; or tool, insert) and an `operation`, or alone for its process. `event` is the type that a message must have,
/// `content` a text that must be in a message, body, statement or command. An item may also be a fault in one line.
public enum FaultFile {
    /// The plan of a file. Throws an `InputError` with file and line.
    public static func load(_ file: URL, endpoints: [String], name: String? = nil) throws -> FaultPlan {
        try plan(FixtureNode(file: file, name: name), FaultSyntax(endpoints: endpoints))
    }

    /// The plan of a text; `name` is how errors call it.
    public static func parse(_ text: String, endpoints: [String], name: String) throws -> FaultPlan {
        try plan(FixtureNode(text: text, name: name), FaultSyntax(endpoints: endpoints))
    }

    private static func plan(_ root: FixtureNode, _ syntax: FaultSyntax) throws -> FaultPlan {
        let items = try root.mapping(["faults", "description"]).required("faults").list()
        return FaultPlan(try items.map { try fault($0, syntax) })
    }

    private static func fault(_ node: FixtureNode, _ syntax: FaultSyntax) throws -> PlannedFault {
        if case .text(let line) = node.shape {
            return try FaultExpression.parse(line, endpoints: syntax.endpoints, at: node.place)
        }
        let fields = try node.mapping(["fault", "where", "when", "parameters"])
        let name = try fields.required("fault")
        // First, so that the place of a misspelled name is the name's.
        _ = try FaultCatalogue.kind(named: name.string(), at: name.place)
        let place = try fields.required("where")
        var parts = FaultParts(name: try name.string(), pattern: try pattern(place, syntax))
        parts.condition = try condition(place)
        if let when = fields.optional("when") { try read(when, into: &parts, syntax) }
        if let parameters = fields.optional("parameters") {
            parts.arguments = try parameters.mapping().entries.map { (name: $0.key, value: try $0.node.string()) }
            return try parts.fault(at: parameters.place)
        }
        return try parts.fault(at: place.place)
    }

    static let placeFields = ["link", "service", "route", "caller", "user", "store", "operation"]
    static let conditionFields = ["event", "content"]

    private static func condition(_ node: FixtureNode) throws -> FaultCondition? {
        let fields = try node.mapping()
        let texts = try conditionFields.map { name -> String? in
            guard let field = fields.optional(name) else { return nil }
            let text = try field.string()
            guard !text.isEmpty else { throw field.error("A text is expected here: what an event must say.") }
            return text
        }
        return texts == [nil, nil] ? nil : FaultCondition(type: texts[0], text: texts[1])
    }

    private static func pattern(_ node: FixtureNode, _ syntax: FaultSyntax) throws -> FaultPattern {
        let fields = try node.mapping(placeFields + conditionFields)
        func text(_ field: String) throws -> String? { try fields.optional(field)?.string() }
        if let link = fields.optional("link") {
            guard fields.entries.allSatisfy({ $0.key == "link" || conditionFields.contains($0.key) }) else {
                throw node.error("A 'link' says all of the place: leave the other fields out.")
            }
            return try syntax.pattern(Substring(link.string()), at: link.place)
        }
        let service = try fields.required("service")
        let caller = try text("caller") ?? text("user")
        if fields.optional("caller") != nil, fields.optional("user") != nil {
            throw node.error("'caller' and 'user' say the same: keep one of them.")
        }
        if let route = fields.optional("route") {
            guard fields.optional("store") == nil else { throw node.error("A place is a 'route' or a 'store', not both.") }
            let ends = try (caller.map { $0 + "->" } ?? "") + service.string()
            return try syntax.pattern(Substring("\(ends) \(route.string())"), at: route.place)
        }
        guard caller == nil else { throw node.error("A 'caller' or 'user' asks a route: add 'route', such as /**.") }
        if let store = fields.optional("store") {
            let kind = try store.string()
            let known = FaultSyntax.stores.map(\.rawValue)
            guard known.contains(kind) else { throw InputError.unknown("store", kind, known: known, at: store.place) }
            let operation = try text("operation").map { " " + $0 } ?? ""
            return try syntax.pattern(Substring("\(service.string()) \(kind)\(operation)"), at: store.place)
        }
        guard fields.optional("operation") == nil else {
            throw node.error("An 'operation' is a store's: add 'store: sql' or 'cache'.")
        }
        return try syntax.pattern(Substring(service.string()), at: service.place)
    }

    private static func read(_ node: FixtureNode, into parts: inout FaultParts, _ syntax: FaultSyntax) throws {
        let fields = try node.mapping(["occurrences", "time", "probability"])
        if let occurrences = fields.optional("occurrences") {
            parts.occurrences = try syntax.occurrences(Substring(occurrences.string()), at: occurrences.place)
        }
        if let time = fields.optional("time") { parts.window = try syntax.window(Substring(time.string()), at: time.place) }
        if let probability = fields.optional("probability") {
            parts.probability = try syntax.percent(Substring(probability.string()), at: probability.place)
        }
    }
}
