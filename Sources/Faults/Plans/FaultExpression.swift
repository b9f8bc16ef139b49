// Faults on the command line: "agent->llm: reset@2".

import Fixtures
import Kernel
import Wire

/// Reads a fault from one line:
///
///     LINK: FAULT[(PARAMETER=VALUE, ...)][@N | @N..M | @N..][~PERCENT%]
///
/// `LINK` is `caller->callee` for what the caller sends, `caller<-callee` for what comes back, `caller<->callee` for
/// both; an end is a service, `client`, one user (`user-3`) or `*`. `@N` is the N-th delivery that way on that link,
/// counted from 1 over all its connections; a delivery is what one flush writes, mostly one message.
public enum FaultExpression {
    /// The fault that `text` describes. `endpoints` are the names that the ends may have besides users and `*`.
    /// Throws an ``InputError`` that says what is wrong and how it is written.
    public static func parse(_ text: String, endpoints: [String], source: String = "--fault") throws -> PlannedFault {
        let place = Place("\(source) \"\(text)\"")
        guard let colon = text.firstIndex(of: ":") else { throw malformed(place) }
        let (links, directions) = try link(text[..<colon].trimmed, endpoints: endpoints, at: place)
        var rest = text[text.index(after: colon)...].trimmed
        var probability = Ratio.always
        if let tilde = rest.lastIndex(of: "~") {
            probability = try percent(rest[rest.index(after: tilde)...].trimmed, at: place)
            rest = rest[..<tilde].trimmed
        }
        var occurrences: ClosedRange<UInt64>?
        if let at = rest.lastIndex(of: "@") {
            occurrences = try range(rest[rest.index(after: at)...].trimmed, at: place)
            rest = rest[..<at].trimmed
        }
        let (name, given) = try call(rest, at: place)
        let kind = try FaultCatalogue.kind(named: name, at: place)
        let rule = try kind.make(FaultArguments(given, for: kind, at: place))
        return PlannedFault(
            name: name, text: text, links: links, directions: directions, occurrences: occurrences,
            probability: probability, rule: rule)
    }

    private static func malformed(_ place: Place) -> InputError {
        InputError(
            "This is no fault. Write LINK: FAULT[(PARAMETER=VALUE)][@N][~PERCENT%], such as \"agent->llm: reset@2\".",
            at: place)
    }

    private static func link(
        _ text: Substring, endpoints: [String], at place: Place
    ) throws -> (LinkPattern, Set<LinkDirection>) {
        let arrows: [(String, Set<LinkDirection>)] = [("<->", [.forth, .back]), ("->", [.forth]), ("<-", [.back])]
        for (arrow, directions) in arrows {
            guard let range = text.firstRange(of: arrow) else { continue }
            let ends = [text[..<range.lowerBound].trimmed, text[range.upperBound...].trimmed].map(String.init)
            for end in ends where end != "*" && !isUser(end) && !endpoints.contains(end) {
                throw InputError.unknown("service", end, known: endpoints + ["user-N", "*"], at: place)
            }
            return (LinkPattern(caller: ends[0], callee: ends[1]), directions)
        }
        throw InputError(
            "'\(text)' is no link. Write caller->callee, caller<-callee or caller<->callee, such as agent->llm.", at: place)
    }

    /// `user-` and something that says which one.
    private static func isUser(_ end: String) -> Bool {
        end.hasPrefix("user-") && end.count > 5 && end.dropFirst(5).allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
    }

    private static func percent(_ text: Substring, at place: Place) throws -> Ratio {
        guard text.hasSuffix("%"), let percent = Double(text.dropLast()), percent > 0, percent <= 100,
            (percent * 10_000).rounded() >= 1
        else {
            // What would round to never is refused like 0%: the fault would be written down and not happen.
            throw InputError("'\(text)' is no probability: write a percentage from 0.0001% to 100%, such as ~5%.", at: place)
        }
        return Ratio(UInt64((percent * 10_000).rounded()), in: 1_000_000)
    }

    private static func range(_ text: Substring, at place: Place) throws -> ClosedRange<UInt64> {
        let ends = text.split(separator: "..", omittingEmptySubsequences: false).map { UInt64($0) }
        switch (ends.count, ends.first ?? nil, ends.last ?? nil) {
        case (1, let only?, _) where only > 0: return only...only
        case (2, let first?, let last?) where first > 0 && last >= first: return first...last
        case (2, let first?, nil) where first > 0 && text.hasSuffix(".."): return first...UInt64.max
        default:
            throw InputError("'@\(text)' is no occurrence: write @2, @2..5 or @2.., counted from 1.", at: place)
        }
    }

    private static func call(_ text: Substring, at place: Place) throws -> (String, [(name: String, value: String)]) {
        guard let open = text.firstIndex(of: "(") else {
            guard !text.isEmpty else { throw malformed(place) }
            return (String(text), [])
        }
        guard text.hasSuffix(")") else { throw InputError("The ')' is missing after '\(text)'.", at: place) }
        let inside = text[text.index(after: open)...].dropLast()
        let given = try inside.split(separator: ",").map { part in
            let pair = part.split(separator: "=", maxSplits: 1).map(\.trimmed)
            guard pair.count == 2 else { throw InputError("'\(part.trimmed)' is no PARAMETER=VALUE.", at: place) }
            return (name: String(pair[0]), value: String(pair[1]))
        }
        return (String(text[..<open].trimmed), given)
    }
}

extension Substring {
    /// Without white space at both ends.
    fileprivate var trimmed: Substring {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
