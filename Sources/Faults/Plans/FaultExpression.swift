// Faults in one line: "agent->llm: reset@2".

import Fixtures
import Kernel
import Wire

/// Reads a fault from one line:
///
///     PLACE: FAULT[(PARAMETER=VALUE, ...)][@N | @N..M | @N..][@t=FROM[..TO]][~PERCENT%]
///
/// `PLACE` is one of
///
///     END->END, END<-END, END<->END     a link: what the caller sends, what comes back, both
///     [END->]END [METHOD] /PATH         a route; in the path, * is one segment and a final ** all that follow
///     END sql [KIND], END cache [COMMAND]
///                                       what a service does with a store
///     END                               a service's process
///
/// An end is a service, one of its replicas (`agent-2`), `client`, one user (`user-3`), `outside` for connections
/// from outside the world, or `*`. `@N` is the N-th event at each such place, from 1: of a link over all its
/// connections, of a route by caller, of a store by kind. What follows the fault's name may stand in any order.
public enum FaultExpression {
    /// The fault that `text` describes. `endpoints` are the roles that ends may have. Throws an `InputError` that says
    /// what is wrong and how it is written.
    public static func parse(_ text: String, endpoints: [String], source: String = "--fault") throws -> PlannedFault {
        try parse(text, endpoints: endpoints, at: Place("\(source) \"\(text)\""))
    }

    static func parse(_ text: String, endpoints: [String], at place: Place) throws -> PlannedFault {
        // Paths may have colons of their own, so one with a space behind it goes first.
        guard let colon = text.firstRange(of: ": ")?.lowerBound ?? text.firstIndex(of: ":") else { throw malformed(place) }
        let syntax = FaultSyntax(endpoints: endpoints)
        let pattern = try syntax.pattern(text[..<colon].trimmed, at: place)
        let (name, modifiers) = try split(text[text.index(after: colon)...].trimmed, at: place)
        guard !name.isEmpty else { throw malformed(place) }
        var parts = FaultParts(name: String(name), text: text, pattern: pattern)
        for modifier in modifiers {
            let isNew: Bool
            switch modifier.first {
            case "(":
                isNew = parts.arguments == nil
                parts.arguments = try syntax.arguments(modifier, after: name, at: place)
            case "~":
                isNew = parts.probability == nil
                parts.probability = try syntax.percent(modifier.dropFirst().trimmed, at: place)
            default:
                let inner = modifier.dropFirst().trimmed
                if inner.hasPrefix("t=") {
                    isNew = parts.window == nil
                    parts.window = try syntax.window(inner.dropFirst(2).trimmed, at: place)
                } else {
                    isNew = parts.occurrences == nil
                    parts.occurrences = try syntax.occurrences(inner, at: place)
                }
            }
            if !isNew { throw InputError("'\(modifier)' says again what was said before. Write it once.", at: place) }
        }
        return try parts.fault(at: place)
    }

    /// The name, and the parts that follow it, each with its mark.
    private static func split(_ text: Substring, at place: Place) throws -> (Substring, [Substring]) {
        let marks: Set<Character> = ["(", "@", "~"]
        let name = text.prefix { !marks.contains($0) }
        var rest = text[name.endIndex...]
        var parts: [Substring] = []
        while !rest.isEmpty {
            if rest.first == "(" {
                guard let close = rest.firstIndex(of: ")") else {
                    throw InputError("The ')' is missing after '\(text)'.", at: place)
                }
                parts.append(rest[...close])
                rest = rest[rest.index(after: close)...].trimmed
                guard rest.first.map(marks.contains) ?? true else {
                    throw InputError("'\(rest)' has no meaning behind a ')'. Write @N, @t=FROM..TO or ~PERCENT%.", at: place)
                }
            } else {
                let end = rest.dropFirst().firstIndex(where: marks.contains) ?? rest.endIndex
                parts.append(rest[..<end].trimmed)
                rest = rest[end...]
            }
        }
        return (name.trimmed, parts)
    }

    private static func malformed(_ place: Place) -> InputError {
        InputError(
            "This is no fault. Write PLACE: FAULT[(PARAMETER=VALUE)][@N][@t=FROM..TO][~PERCENT%], such as \"agent->llm: reset@2\".",
            at: place)
    }
}

/// The parts of a fault, read, before they are put together.
struct FaultParts {
    var name: String
    /// What was written; nil where it was not in one line.
    var text: String?
    var pattern: FaultPattern
    var arguments: [(name: String, value: String)]?
    var occurrences: ClosedRange<UInt64>?
    var window: FaultWindow?
    var probability: Ratio?

    /// The fault. Throws an `InputError` where there is no such fault, or not at such a place.
    func fault(at place: Place) throws -> PlannedFault {
        let kind = try FaultCatalogue.kind(named: name, at: place)
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
        let rule = try kind.make(FaultArguments(arguments ?? [], for: kind, at: place))
        return PlannedFault(
            name: name, text: text ?? line, pattern: pattern, occurrences: occurrences, window: window,
            probability: probability ?? .always, sites: sites, rule: rule)
    }

    /// The fault in one line.
    private var line: String {
        var line = "\(pattern): \(name)"
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
    fileprivate var article: String {
        switch self {
        case .link: "a link"
        case .route: "a route of a service"
        case .sql: "a service's SQL"
        case .cache: "a service's cache"
        case .service: "a service"
        }
    }
}
