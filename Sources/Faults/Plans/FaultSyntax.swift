// The parts of which faults are written: places, arguments, occurrences, times and percentages.

import Fixtures
import Kernel
import Wire

/// Reads the parts of a fault. Each throws an `InputError` that says how the part is written.
struct FaultSyntax {
    /// The roles that ends may have, besides users, replicas and `*`.
    let endpoints: [String]

    static let statementKinds = ["select", "insert", "update", "delete", "other", "commit"]
    static let stores: [PlaceForm] = [.sql, .cache, .tool, .insert]
    private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]

    /// A place.
    func pattern(_ text: Substring, at place: Place) throws -> FaultPattern {
        if let slash = text.firstIndex(of: "/") { return try route(text[..<slash].trimmed, text[slash...], at: place) }
        if text.contains(">") || text.contains("<") {
            let (links, directions) = try link(text, at: place)
            return .link(links, directions)
        }
        let words = text.split(separator: " ").map(String.init)
        switch words.count {
        case 0: throw InputError("The place of the fault is missing. Write one, such as agent->llm.", at: place)
        case 1: return .service(try end(words[0], at: place))
        case 2, 3:
            guard let form = Self.stores.first(where: { $0.rawValue == words[1] }) else { break }
            let operation = words.count == 3 ? words[2] : nil
            if let operation { try check(operation, of: form, at: place) }
            return .store(form, service: try end(words[0], at: place), operation: operation)
        default: break
        }
        throw InputError(
            "'\(text)' is no place for a fault. Write a link (agent->llm), a route (llm POST /v1/models), "
                + "a store (auth sql insert, auth cache), a tool (agent tool search), an insert (analytics insert) or a service (agent).",
            at: place)
    }

    private func check(_ operation: String, of form: PlaceForm, at place: Place) throws {
        switch form {
        case .sql where !Self.statementKinds.contains(operation):
            throw InputError.unknown("kind of statement", operation, known: Self.statementKinds, at: place)
        case .cache where !operation.allSatisfy(\.isLowercase):
            throw InputError(
                "'\(operation)' is no command: write Redis' name for it in small letters, such as get.", at: place)
        default: break
        }
    }

    /// `[TYPE]`, `[~"TEXT"]`, `[TYPE ~"TEXT"]`: what stands between the brackets.
    func condition(_ text: Substring, at place: Place) throws -> FaultCondition {
        let type = text.prefix { $0 != "~" }.trimmed
        let rest = text[text.index(text.startIndex, offsetBy: text.prefix { $0 != "~" }.count)...].dropFirst().trimmed
        let isWord = type.allSatisfy { $0.isLetter || $0.isNumber || "_-./".contains($0) }
        let isQuoted = rest.count > 2 && rest.first == "\"" && rest.last == "\"" && !rest.dropFirst().dropLast().contains("\"")
        guard isWord, rest.isEmpty ? !type.isEmpty && !text.contains("~") : isQuoted else {
            throw InputError(
                "'[\(text)]' is no condition: write the type of a message, such as [agent_completed], or a text that must be "
                    + "in it, such as [~\"text\"], or both.", at: place)
        }
        return FaultCondition(
            type: type.isEmpty ? nil : String(type), text: rest.isEmpty ? nil : String(rest.dropFirst().dropLast()))
    }

    private func route(_ front: Substring, _ path: Substring, at place: Place) throws -> FaultPattern {
        guard !path.contains(where: \.isWhitespace) else {
            throw InputError("'\(path)' is no path: it has a space in it.", at: place)
        }
        var words = front.split(separator: " ").map(String.init)
        var method: String?
        if words.count > 1, let last = words.last, last.allSatisfy(\.isLetter), !last.contains(where: \.isLowercase) {
            guard Self.methods.contains(last) else {
                throw InputError.unknown("method", last, known: Self.methods, at: place)
            }
            method = last
            words.removeLast()
        }
        let ends = words.joined(separator: " ")
        let links: LinkPattern
        if ends.contains("<") || ends.contains(">") {
            let (pattern, directions) = try link(Substring(ends), at: place)
            guard directions == [.forth] else {
                throw InputError("A route is asked by a caller: write '\(pattern.caller)->\(pattern.callee) \(path)'.", at: place)
            }
            links = pattern
        } else {
            guard !ends.isEmpty else {
                throw InputError("The service of '\(path)' is missing. Write it before the path, such as llm \(path).", at: place)
            }
            links = LinkPattern(caller: "*", callee: try end(ends, at: place))
        }
        return .route(links, method: method, RoutePattern(String(path)))
    }

    /// A link and its directions.
    func link(_ text: Substring, at place: Place) throws -> (LinkPattern, Set<LinkDirection>) {
        let arrows: [(String, Set<LinkDirection>)] = [("<->", [.forth, .back]), ("->", [.forth]), ("<-", [.back])]
        for (arrow, directions) in arrows {
            guard let range = text.firstRange(of: arrow) else { continue }
            let ends = [text[..<range.lowerBound].trimmed, text[range.upperBound...].trimmed].map(String.init)
            for end in ends { _ = try self.end(end, at: place) }
            return (LinkPattern(caller: ends[0], callee: ends[1]), directions)
        }
        throw InputError(
            "'\(text)' is no link. Write caller->callee, caller<-callee or caller<->callee, such as agent->llm.", at: place)
    }

    private func end(_ text: String, at place: Place) throws -> String {
        guard text == "*" || text == "outside" || endpoints.contains(text) || isInstance(text) else {
            throw InputError.unknown("service", text, known: endpoints + ["user-N", "*"], at: place)
        }
        return text
    }

    /// `user-` and something that says which one, or a service and the number of a replica.
    private func isInstance(_ end: String) -> Bool {
        guard let dash = end.firstIndex(of: "-") else { return false }
        let which = end[end.index(after: dash)...]
        if end[..<dash] == "user" { return !which.isEmpty && which.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" } }
        return endpoints.contains(String(end[..<dash])) && Int(which).map { $0 > 0 } ?? false
    }

    /// `(PARAMETER=VALUE, ...)`, whole.
    func arguments(_ text: Substring, after name: Substring, at place: Place) throws -> [(name: String, value: String)] {
        try text.dropFirst().dropLast().split(separator: ",").map { part in
            let pair = part.split(separator: "=", maxSplits: 1).map(\.trimmed)
            guard pair.count == 2 else { throw InputError("'\(part.trimmed)' is no PARAMETER=VALUE.", at: place) }
            return (name: String(pair[0]), value: String(pair[1]))
        }
    }

    /// `5%`.
    func percent(_ text: Substring, at place: Place) throws -> Ratio {
        guard text.hasSuffix("%"), let percent = Double(text.dropLast()), percent > 0, percent <= 100,
            (percent * 10_000).rounded() >= 1
        else {
            // What would round to never is refused like 0%: the fault would be written down and not happen.
            throw InputError("'\(text)' is no probability: write a percentage from 0.0001% to 100%, such as ~5%.", at: place)
        }
        return Ratio(UInt64((percent * 10_000).rounded()), in: 1_000_000)
    }

    /// `2`, `2..5`, `2..`.
    func occurrences(_ text: Substring, at place: Place) throws -> ClosedRange<UInt64> {
        let ends = text.split(separator: "..", omittingEmptySubsequences: false).map { UInt64($0) }
        switch (ends.count, ends.first ?? nil, ends.last ?? nil) {
        case (1, let only?, _) where only > 0: return only...only
        case (2, let first?, let last?) where first > 0 && last >= first: return first...last
        case (2, let first?, nil) where first > 0 && text.hasSuffix(".."): return first...UInt64.max
        default:
            throw InputError("'@\(text)' is no occurrence: write @2, @2..5 or @2.., counted from 1.", at: place)
        }
    }

    /// `2s`, `2s..5s`: times since the world began.
    func window(_ text: Substring, at place: Place) throws -> FaultWindow {
        let parts = text.split(separator: "..", omittingEmptySubsequences: false).map { Duration(text: String($0.trimmed)) }
        switch (parts.count, parts.first ?? nil, parts.last ?? nil) {
        case (1, let start?, _): return FaultWindow(from: start)
        case (2, let start?, let end?) where end >= start: return FaultWindow(from: start, to: end)
        default:
            throw InputError(
                "'@t=\(text)' is no time: write @t=2s or @t=1s..3s, counted from the beginning of the world.", at: place)
        }
    }
}

extension Substring {
    /// Without white space at both ends.
    var trimmed: Substring {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
