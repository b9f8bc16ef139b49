// Files of users: one folder each, no way out of it, and nothing left at the end.

import Foundation
import NIOCore
import ServiceKit
import Testing

@Suite struct ArtifactDirectoryTests {
    @Test func filesAreKeptByUserAndRun() throws {
        let directory = ArtifactDirectory()
        #expect(directory.path == nil)
        #expect(try directory.list(for: "a") == [])
        try directory.write("one", as: "x.md", of: "run_1", for: "a")
        try directory.write("two!", as: "x.md", of: "run_1", for: "a")
        try directory.write("b", as: "y", of: "run_0", for: "a")
        try directory.write("c", as: "x.md", of: "run_1", for: "b")
        #expect(String(buffer: try directory.read("x.md", of: "run_1", for: "a")) == "two!")
        #expect(String(buffer: try directory.read("x.md", of: "run_1", for: "b")) == "c")
        #expect(try directory.list(for: "a").map(\.name) == ["y", "x.md"])
        #expect(try directory.list(for: "a").map(\.size) == [1, 4])
        let path = try #require(directory.path)
        try directory.remove()
        #expect(!FileManager.default.fileExists(atPath: path) && directory.path == nil)
        #expect(throws: ArtifactError.notFound) { try directory.read("x.md", of: "run_1", for: "a") }
    }

    @Test(arguments: ["", ".", "..", ".hidden", "a/b", "../a", "a\0b", "a b", "ä", String(repeating: "x", count: 129), "a\n"])
    func noNameLeadsOut(name: String) throws {
        let directory = ArtifactDirectory()
        #expect(throws: ArtifactError.invalidName(name)) { try directory.write("x", as: name, of: "run", for: "u") }
        #expect(throws: ArtifactError.invalidName(name)) { try directory.write("x", as: "x", of: name, for: "u") }
        #expect(throws: ArtifactError.invalidName(name)) { try directory.read(name, of: "run", for: "u") }
        #expect(directory.path == nil)
    }

    @Test func noTwoUsersShareAFolder() throws {
        let directory = ArtifactDirectory()
        let users = ["a", "A", "../a", "a/b", "a%2fb", "", ".", "a b", "ä", "a\u{308}", "%"]
        for user in users { try directory.write(user, as: "f", of: "r", for: user) }
        for user in users { #expect(String(buffer: try directory.read("f", of: "r", for: user)) == user) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: try #require(directory.path)).count == users.count)
    }

    @Test func nothingIsLeftOfADirectoryThatNobodyHolds() throws {
        var directory: ArtifactDirectory? = ArtifactDirectory()
        try directory?.write("x", as: "x", of: "r", for: "u")
        let path = try #require(directory?.path)
        directory = nil
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func aFileHasItsLimit() {
        let text = String(repeating: "x", count: ArtifactDirectory.sizeMax + 1)
        #expect(throws: ArtifactError.tooLarge(limit: 1 << 20)) {
            try ArtifactDirectory().write(text, as: "x", of: "r", for: "u")
        }
    }
}
