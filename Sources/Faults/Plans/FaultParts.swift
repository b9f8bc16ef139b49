// The parts of a fault, read, before they are put together: what does not go together is refused here.

import Fixtures
import Kernel

/// The parts of a fault.
struct FaultParts {
    var name: String
    /// What was written; nil where it was not in one line.
    var text: String?
    var pattern: FaultPattern
    var condition: FaultCondition?
    var arguments: [(name: String, value: String)]?
    var occurrences: ClosedRange<UInt64>?
    var window: FaultWindow?
    var probability: Ratio?

    /// The fault. Throws an `InputError` where there is no such fault, or not at such a place, or where its parts can
    /// not be true together.
    func fault(at place: Place) throws -> PlannedFault {
        let kind = try FaultCatalogue.kind(named: name, at: place)
        let sites = try sites(of: kind, at: place)
        try checkTime(of: kind, sites, at: place)
        try checkCondition(of: kind, sites, at: place)
        let given = try FaultArguments(arguments ?? [], for: kind, at: place)
        let rule = try kind.make(given)
        if let objection = kind.objection(pattern, given) { throw InputError(objection, at: place) }
        return PlannedFault(
            name: name, text: text ?? line, pattern: pattern, occurrences: occurrences, window: window,
            probability: probability ?? .always, condition: condition, sites: sites, rule: rule)
    }

    private func sites(of kind: FaultKind, at place: Place) throws -> [FaultSite] {
        var sites = kind.sites.filter { $0.form == pattern.form }
        guard !sites.isEmpty else {
            let forms = kind.forms.map(\.article).joined(separator: " or ")
            throw InputError(
                "'\(name)' does not happen at '\(pattern)': its place is \(forms), such as \"\(kind.example)\".", at: place)
        }
        if sites.contains(.appointment) {
            // A time alone is an appointment; else it says which requests are meant.
            let byTime = window != nil && occurrences == nil
            sites = [byTime ? .appointment : .arrival]
        }
        if case .store(.sql, _, let operation?) = pattern {
            sites = sites.filter { ($0 == .commit) == (operation == "commit") }
            guard !sites.isEmpty else {
                let advice =
                    operation == "commit"
                    ? "It is about statements: leave 'commit' out"
                    : "It is about commits: write commit, or leave '\(operation)' out"
                throw InputError("'\(name)' does not happen at '\(pattern)'. \(advice), as in \"\(kind.example)\".", at: place)
            }
        }
        return sites
    }

    private func checkTime(of kind: FaultKind, _ sites: [FaultSite], at place: Place) throws {
        if kind.needsWindow {
            guard window?.end != nil else {
                throw InputError(
                    "'\(name)' needs a beginning and an end: write @t=FROM..TO, as in \"\(kind.example)\".", at: place)
            }
            guard occurrences == nil, probability == nil else {
                throw InputError(
                    "'\(name)' goes by its time alone: leave @N and ~PERCENT% out, as in \"\(kind.example)\".", at: place)
            }
        }
        if let window, window.end == window.start, sites != [.appointment] {
            throw InputError("The time ends when it begins, so nothing ever happens. Write a later end after '..'.", at: place)
        }
    }

    private func checkCondition(of kind: FaultKind, _ sites: [FaultSite], at place: Place) throws {
        guard let condition else { return }
        let silent: Set<FaultSite> = [.delivery, .connection, .ending, .arrival, .appointment, .start, .commit]
        if let site = sites.first(where: silent.contains) {
            throw InputError(
                "'\(name)' cannot have the condition \(condition): what happens at a \(site.rawValue) says nothing. "
                    + "Leave it out.", at: place)
        }
        if condition.type != nil, sites != [.message] {
            throw InputError(
                "Only WebSocket messages have a type. Write \(FaultCondition(text: condition.text ?? condition.type)) for a text.",
                at: place)
        }
    }

    /// The fault in one line.
    private var line: String {
        var line = "\(pattern)\(condition?.description ?? ""): \(name)"
        if let arguments, !arguments.isEmpty {
            line += "(" + arguments.map { "\($0.name)=\($0.value)" }.joined(separator: ", ") + ")"
        }
        if let occurrences {
            line += "@\(occurrences.lowerBound)"
            if occurrences.upperBound == .max {
                line += ".."
            } else if occurrences.count > 1 {
                line += "..\(occurrences.upperBound)"
            }
        }
        if let window { line += "@t=\(window.start.text)" + (window.end.map { "..\($0.text)" } ?? "") }
        if let probability, probability != .always {
            line += "~\(Double(probability.numerator) * 100 / Double(probability.denominator))%"
        }
        return line
    }
}

extension PlaceForm {
    /// What kind of place it is, in a sentence.
    public var article: String {
        switch self {
        case .link: "a link"
        case .route: "a route of a service"
        case .sql: "a service's SQL"
        case .cache: "a service's cache"
        case .tool: "an agent's tool"
        case .insert: "an insert into the analytics"
        case .service: "a service"
        }
    }

    /// How such a place is written, for example.
    public var example: String {
        switch self {
        case .link: "agent->llm"
        case .route: "llm POST /v1/chat/completions"
        case .sql: "auth sql insert"
        case .cache: "auth cache get"
        case .tool: "agent tool search"
        case .insert: "analytics insert agent_events"
        case .service: "agent"
        }
    }
}
