// The folder that a search writes its failures to.

import Fixtures
import Foundation
import Runner

/// Writes a failure file for each distinct failure, when it is found, and again when it is shrunk.
final class ExploreFolder {
    private let folder: String
    private let command: ReplayCommand
    private let mildCommand: ReplayCommand
    /// The files, in the order in which they were first written.
    private(set) var files: [String] = []

    /// The folder of a search; it is made with the first file. Throws an `InputError` where a file is in its place.
    /// `mildCommand` is for cases that had mild faults only.
    init(_ folder: String, _ command: ReplayCommand, mildCommand: ReplayCommand) throws {
        self.folder = folder
        self.command = command
        self.mildCommand = mildCommand
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), !isFolder.boolValue {
            throw InputError("'\(folder)' is a file: name a folder for failures.", at: Place("--out"))
        }
    }

    /// Writes the failure of an event, if it has one. Returns the file. Throws an `InputError` where it cannot be written.
    func write(_ event: ExploreEvent) throws -> String? {
        switch event {
        case .ran: nil
        case .failed(let failure), .shrunk(let failure): try write(failure)
        }
    }

    /// Writes how often each failure showed, once the search is at its end.
    func finish(_ summary: ExploreSummary) throws {
        for failure in summary.failures { try write(failure, findability: summary.findability(of: failure)) }
    }

    @discardableResult
    private func write(_ failure: DistinctFailure, findability: Findability? = nil) throws -> String? {
        let command = failure.hasMildFaults ? mildCommand : command
        guard var file = FailureFile(failure.result, of: failure.plan, command: command, build: Installation.build) else {
            return nil
        }
        if let shrunk = failure.shrunk { file.add(shrunk) }
        file.findability = findability
        try OutputFile.makeFolder(folder, at: Place("--out"))
        let path = folder + "/" + file.name
        try OutputFile.write(file.text, to: path)
        if !files.contains(path) { files.append(path) }
        return path
    }
}
