// Files that users' runs write: a directory of the world's own, with one folder a user, gone with the world.

import Foundation
import Glibc
public import NIOCore
import Synchronization
import Wire

/// The artifacts of a world, on disk.
///
/// Nothing is there before the first file is written. Names are those of files and nothing else: none leads out of the
/// folder of its user and run. Safe from any task; calls block for as long as the disk does.
public final class ArtifactDirectory: Sendable {
    /// A file that a run has written.
    public struct Artifact: Sendable, Hashable {
        /// The run.
        public let run: String
        /// The file's name.
        public let name: String
        /// Its size in bytes.
        public let size: Int
    }

    /// The largest file, in bytes.
    public static let sizeMax = 1 << 20

    private let place = Mutex<String?>(nil)

    /// A directory that is made when it is first written to, in the system's place for temporary files.
    public init() {}

    deinit { try? remove() }

    /// Where it is on disk; nil before anything was written.
    public var path: String? { place.withLock { $0 } }

    /// Writes a file for a user; one of the same name is replaced. Throws ``ArtifactError``.
    public func write(_ content: String, as name: String, of run: String, for user: String) throws {
        let (name, run) = (try Self.checked(name), try Self.checked(run))
        guard content.utf8.count <= Self.sizeMax else { throw ArtifactError.tooLarge(limit: Self.sizeMax) }
        let folder = try make() + "/" + Self.folder(of: user) + "/" + run
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(content.utf8).write(to: URL(fileURLWithPath: folder + "/" + name), options: .atomic)
        } catch {
            throw ArtifactError.notWritten("\(error)")
        }
    }

    /// The content of a user's file. Throws ``ArtifactError``.
    public func read(_ name: String, of run: String, for user: String) throws -> ByteBuffer {
        let (name, run) = (try Self.checked(name), try Self.checked(run))
        guard let path, let data = FileManager.default.contents(atPath: "\(path)/\(Self.folder(of: user))/\(run)/\(name)") else {
            throw ArtifactError.notFound
        }
        return ByteBuffer(bytes: data)
    }

    /// The files of a user, by run and name.
    public func list(for user: String) throws -> [Artifact] {
        guard let path else { return [] }
        let folder = path + "/" + Self.folder(of: user)
        let files = FileManager.default
        var artifacts: [Artifact] = []
        for run in (try? files.contentsOfDirectory(atPath: folder))?.sorted() ?? [] {
            for name in (try? files.contentsOfDirectory(atPath: folder + "/" + run))?.sorted() ?? [] {
                var status = stat()
                guard stat("\(folder)/\(run)/\(name)", &status) == 0 else { continue }
                artifacts.append(Artifact(run: run, name: name, size: Int(status.st_size)))
            }
        }
        return artifacts
    }

    /// Removes all files. Later ones begin a new directory.
    public func remove() throws {
        guard let path = place.withLock({ $0.take() }) else { return }
        try FileManager.default.removeItem(atPath: path)
    }

    /// The directory, made where it is not there. Its name is the system's choice and reaches nobody.
    private func make() throws -> String {
        try place.withLock { place in
            if let place { return place }
            let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
            var template = Array((parent + "/backlot-artifacts-XXXXXX").utf8CString)
            let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!).map { String(cString: $0) } }
            guard let made else {
                throw ArtifactError.notWritten("no directory can be made in \(parent): \(String(cString: strerror(errno)))")
            }
            place = made
            return made
        }
    }

    /// A name of letters, digits, `_`, `-` and dots that are not the first. Throws ``ArtifactError/invalidName(_:)``.
    private static func checked(_ name: String) throws -> String {
        guard name.isASCIIName(of: 1...128, marks: "_.-"), !name.hasPrefix(".") else {
            throw ArtifactError.invalidName(name)
        }
        return name
    }

    /// The folder of a user: the id, with every byte that a plain name has not written as `%XX`, so that two users never
    /// share one.
    private static func folder(of user: String) -> String {
        "user-"
            + user.utf8.map { byte in
                let scalar = Unicode.Scalar(byte)
                let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                if isPlain || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") { return String(scalar) }
                return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
    }
}

/// Why a file could not be written or read.
public enum ArtifactError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The name of the file or of the run is none that is allowed.
    case invalidName(String)
    /// The user has no such file.
    case notFound
    /// The file is larger than allowed.
    case tooLarge(limit: Int)
    /// The disk did not take it.
    case notWritten(String)

    public var description: String {
        switch self {
        case .invalidName(let name):
            "'\(name)' cannot be an artifact's name. Use letters, digits, '_', '-' and dots that are not the first, at most 128."
        case .notFound: "there is no such artifact."
        case .tooLarge(let limit): "an artifact has at most \(limit) bytes."
        case .notWritten(let reason): "an artifact could not be written: \(reason)."
        }
    }
}
