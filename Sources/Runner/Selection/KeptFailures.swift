// Failures that are kept: run again with every run, so that what was mended stays mended.

import Fixtures
public import Foundation
public import Suites

/// The failure files of `Fixtures/failures`.
public enum KeptFailures {
    /// The failures of a folder as cases, by the names of their files; none where there is no folder. Each passes once what
    /// it shows is mended. Throws an `InputError` for a file that cannot be read, or whose case is gone.
    ///
    /// A case runs under the file's seed and with its users and decisions, whatever the run asks for; planted bugs of the
    /// file are left out, since it is not them that are to be mended.
    public static func load(_ folder: URL, cases: [SuiteCase]) throws -> [SuiteCase] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return try names.filter { $0.hasSuffix(".json") }.sorted().map { name in
            let shown = "\(folder.lastPathComponent)/\(name)"
            let file = try FailureFile(folder.appending(path: name), name: shown)
            guard let base = cases.first(where: { $0.id == file.id }) else {
                throw InputError.unknown("case", file.id, known: cases.map(\.id), at: Place(shown))
            }
            let form = file.shrunk ?? file.found
            let pin = CasePin(
                seed: file.seed, setting: CaseSetting(users: form.users, steps: form.steps), list: form.list)
            return base.pinned(pin, id: "\(base.id)@\(name.dropLast(5))", title: "no more: \(file.signature)")
        }
    }
}
