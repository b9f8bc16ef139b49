// Which build this is.

public import Foundation

/// The build that runs: version, configuration and commit.
public struct Build: Sendable, CustomStringConvertible {
    /// The version.
    public let version = "0.1.0"
    /// `debug` or `release`.
    public let configuration: String
    /// The commit of the source tree that the program stands in, if it stands in one.
    public let commit: String?

    /// The running build. The commit is looked up from the program's folder upwards.
    public init(program: URL) {
        #if DEBUG
            configuration = "debug"
        #else
            configuration = "release"
        #endif
        commit = Self.commit(above: program.resolvingSymlinksInPath())
    }

    public var description: String {
        "backlot \(version) \(configuration)\(commit.map { ", commit \($0.prefix(12))" } ?? "")"
    }

    private static func commit(above program: URL) -> String? {
        var directory = program.deletingLastPathComponent()
        while directory.path != "/" {
            let git = directory.appending(path: ".git")
            if let head = try? String(contentsOf: git.appending(path: "HEAD"), encoding: .utf8) {
                return resolve(head.trimmingCharacters(in: .whitespacesAndNewlines), in: git)
            }
            directory = directory.deletingLastPathComponent()
        }
        return nil
    }

    /// The commit that HEAD names: by itself, in a loose reference or in a packed one.
    private static func resolve(_ head: String, in git: URL) -> String? {
        guard head.hasPrefix("ref: ") else { return head }
        let reference = String(head.dropFirst(5))
        if let loose = try? String(contentsOf: git.appending(path: reference), encoding: .utf8) {
            return loose.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let packed = try? String(contentsOf: git.appending(path: "packed-refs"), encoding: .utf8)
        let line = packed?.split(separator: "\n").first { $0.hasSuffix(" " + reference) }
        return line.map { String($0.prefix { $0 != " " }) }
    }
}
