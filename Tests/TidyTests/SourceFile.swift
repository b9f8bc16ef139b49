// The repository's own sources, as the house rules look at them.

import Foundation

/// A source file, by its path from the repository's root.
struct SourceFile: Sendable {
    let path: String
    let lines: [String]
    /// The lines without comments and without what stands in string literals.
    let code: [String]

    /// All Swift sources below a folder of the repository, sorted by path.
    static func all(below folder: String) throws -> [SourceFile] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let start = root.appending(path: folder)
        let paths = FileManager.default.enumerator(atPath: start.path)?.compactMap { $0 as? String } ?? []
        return try paths.filter { $0.hasSuffix(".swift") && !$0.contains(".build/") }.sorted().map { path in
            let text = try String(contentsOf: start.appending(path: path), encoding: .utf8)
            return SourceFile(path: "\(folder)/\(path)", text: text)
        }
    }

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        code = Self.code(of: lines)
    }

    /// How many lines it has.
    var length: Int { lines.last == "" ? lines.count - 1 : lines.count }

    /// Rough, as a tidy test may be: line comments and string literals go, other syntax stays.
    private static func code(of lines: [String]) -> [String] {
        var isInLongString = false
        return lines.map { line in
            if line.contains("\"\"\"") {
                let isToggled = line.components(separatedBy: "\"\"\"").count % 2 == 0
                defer { if isToggled { isInLongString.toggle() } }
                return isInLongString ? "" : String(line[..<line.range(of: "\"\"\"")!.lowerBound])
            }
            return isInLongString ? "" : withoutTexts(line)
        }
    }

    private static func withoutTexts(_ line: String) -> String {
        guard line.contains("\"") || line.contains("//") else { return line }
        var kept: [UInt8] = []
        var isInText = false
        var isEscaped = false
        var before: UInt8 = 0
        for byte in line.utf8 {
            if isInText {
                if byte == UInt8(ascii: "\""), !isEscaped { isInText = false }
                isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            } else if byte == UInt8(ascii: "\"") {
                isInText = true
            } else if byte == UInt8(ascii: "/"), before == byte {
                return String(decoding: kept.dropLast(), as: UTF8.self)
            } else {
                kept.append(byte)
            }
            before = byte
        }
        return String(decoding: kept, as: UTF8.self)
    }

    /// The functions and initialisers: where each begins, from 1, and how many lines it has. Counts braces.
    var functions: [(line: Int, length: Int)] {
        var found: [(Int, Int)] = []
        for (index, line) in code.enumerated() where Self.beginsFunction(line) {
            var depth = 0
            var hasBegun = false
            for end in index..<code.count {
                for byte in code[end].utf8 {
                    if byte == UInt8(ascii: "{") { (depth, hasBegun) = (depth + 1, true) }
                    if byte == UInt8(ascii: "}") { depth -= 1 }
                }
                // A requirement of a protocol has no body: its brace closes the protocol.
                if depth < 0 || (!hasBegun && end > index + 12) { break }
                if hasBegun, depth == 0 {
                    found.append((index + 1, end - index + 1))
                    break
                }
            }
        }
        return found
    }

    private static func beginsFunction(_ line: String) -> Bool {
        guard line.contains("func ") || line.contains("init") else { return false }
        let words = line.split { $0 == " " || $0 == "(" || $0 == "<" || $0 == "?" }
        return words.prefix(8).contains("func") || words.prefix(3).contains("init")
    }
}
