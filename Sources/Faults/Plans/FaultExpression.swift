// Faults in one line: "agent->llm: reset@2".

import Fixtures
import Kernel
import Wire

/// Reads a fault from one line:
///
///     PLACE[[CONDITION]]: FAULT[(PARAMETER=VALUE, ...)][@N | @N..M | @N..][@t=FROM[..TO]][~PERCENT%]
///
/// `PLACE` is one of
///
///     END->END, END<-END, END<->END     a link: what the caller sends, what comes back, both
///     [END->]END [METHOD] /PATH         a route; in the path, * is one segment and a final ** all that follow
///     END sql [KIND], END cache [COMMAND]
///                                       what a service does with a store; the KIND 'commit' is the end of a transaction
///     END tool [NAME]                   what an agent asks of a tool
///     END insert [TABLE]                what is inserted into a table of the analytics
///     END                               a service's process
///
/// `CONDITION`, in brackets behind the place, is what an event must say:
///
///     client<-events[agent_completed]   a WebSocket message of this type (its `type`, or the `method` of JSON-RPC)
///     llm POST /v1/**[~"claude"]        a text that must be in the message, the request's body, the statement or the command
///     client->events[chat ~"hello"]     both
///
/// An end is a service, one of its replicas (`agent-2`), `client`, one user (`user-3`), `outside` for connections
/// from outside the world, or `*`. `@N` is the N-th event at each such place, from 1: of a link over all its
/// connections, of a route by caller, of a store by kind; with a condition, the N-th that meets it. What follows the
/// fault's name may stand in any order.
public enum FaultExpression {
    /// The fault that `text` describes. `endpoints` are the roles that ends may have. Throws an `InputError` that says
    /// what is wrong and how it is written.
    public static func parse(_ text: String, endpoints: [String], source: String = "--fault") throws -> PlannedFault {
        try parse(text, endpoints: endpoints, at: Place("\(source) \"\(text)\""))
    }

    static func parse(_ text: String, endpoints: [String], at place: Place) throws -> PlannedFault {
        guard let (front, condition, back) = divide(text) else { throw malformed(place) }
        let syntax = FaultSyntax(endpoints: endpoints)
        let pattern = try syntax.pattern(front.trimmed, at: place)
        let (name, modifiers) = try split(back.trimmed, at: place)
        guard !name.isEmpty else { throw malformed(place) }
        var parts = FaultParts(name: String(name), text: text, pattern: pattern)
        parts.condition = try condition.map { try syntax.condition($0.trimmed, at: place) }
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

    /// Place, condition and fault; nil where there is no colon between.
    private static func divide(_ text: String) -> (Substring, Substring?, Substring)? {
        // Paths may have colons of their own, so one with a space behind it goes first.
        let colon = text.firstRange(of: ": ")?.lowerBound ?? text.firstIndex(of: ":")
        if let open = text.firstIndex(of: "["), colon.map({ open < $0 }) ?? true {
            var isQuoted = false
            for index in text[open...].indices {
                if text[index] == "\"" { isQuoted.toggle() }
                guard text[index] == "]", !isQuoted else { continue }
                let rest = text[text.index(after: index)...].trimmed
                guard rest.first == ":" else { return nil }
                return (text[..<open], text[text.index(after: open)..<index], rest.dropFirst())
            }
            return nil
        }
        return colon.map { (text[..<$0], nil, text[text.index(after: $0)...]) }
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
