// Keeps a server alive as long as this process, and not a moment longer, however it ends.

import Fixtures
import Foundation
import Synchronization

/// A server process in a folder of its own, under a small shell that watches a pipe.
///
/// The shell is in a session of its own, so that Ctrl-C does not reach it. The pipe's other end is this process's: it
/// closes when the server is stopped, and as well when this process is killed in whatever way. Then the shell kills
/// the server and removes the folder.
final class Supervisor: Sendable {
    /// The server's folder.
    let folder: URL
    private let name: String
    private let process: pid_t
    private let input: Mutex<FileHandle?>

    /// POSIX_SPAWN_SETSID, which the C library shows to GNU programs only.
    private static let setSession: Int16 = 0x80

    /// What the shell does: $1 is the folder, $2 the signal that stops the server, the rest the server's command.
    private static let script = """
        trap : HUP INT TERM
        folder=$1; signal=$2; shift 2
        exec 3<&0
        "$@" >>"$folder/log" 2>&1 </dev/null 3<&- &
        server=$!
        (while read -r line; do :; done; kill -s "$signal" "$server") <&3 2>/dev/null >/dev/null &
        watch=$!
        exec 3<&- </dev/null
        wait "$server"
        : >"$folder/ended"
        wait "$watch"
        while kill -0 "$server" 2>/dev/null; do wait "$server"; done
        rm -rf "$folder"
        """

    /// Starts a server. Throws an `InputError` where no process can be started.
    init(_ name: String, in folder: URL, stoppedBy signal: String, _ command: [String]) throws {
        self.name = name
        self.folder = folder
        var ends: [Int32] = [0, 0]
        // Both ends close in every program that this process starts: else one of those would keep the server alive.
        guard pipe(&ends) == 0 else { throw InputError("No pipe could be made for \(name).") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var (actions, attributes) = (posix_spawn_file_actions_t(), posix_spawnattr_t())
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
            close(ends[0])
        }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // The threads of this process block signals that the shell must hear: that its server has ended, above all.
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // Whatever another thread is opening at this moment must not be held open by the shell.
        if let closeFrom = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") {
            typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
            _ = unsafeBitCast(closeFrom, to: CloseFrom.self)(&actions, 3)
        }
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | Self.setSession)
        let words = ["sh", "-c", Self.script, "backlot-\(name)", folder.path, signal] + command
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var started = pid_t()
        let failure = posix_spawn(&started, "/bin/sh", &actions, &attributes, &arguments, environ)
        guard failure == 0 else {
            close(ends[1])
            throw InputError("\(name) could not be started: \(String(cString: strerror(failure)))")
        }
        process = started
        input = Mutex(FileHandle(fileDescriptor: ends[1], closeOnDealloc: true))
    }

    /// Whether the server has ended by itself.
    var hasEnded: Bool { FileManager.default.fileExists(atPath: folder.appending(path: "ended").path) }

    /// Waits until the server is ready. Throws an `InputError` with the end of its log where it ends before, or takes
    /// more than 20 s.
    func waitUntilReady(_ isReady: () -> Bool) async throws {
        for _ in 0..<2000 {
            if isReady() { return }
            if hasEnded { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        let log = (try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)) ?? ""
        let lines = log.split(separator: "\n").suffix(5).joined(separator: "; ")
        let what = hasEnded ? "ended before it was ready" : "was not ready within 20 s"
        await stop()
        throw InputError("\(name) \(what): \(lines.isEmpty ? "its log is empty" : lines)")
    }

    /// Stops the server, and returns when nothing of it is left.
    func stop() async {
        let handle = input.withLock { $0.take() }
        guard let handle else { return }
        try? handle.close()
        for _ in 0..<1000 {
            var status: Int32 = 0
            if waitpid(process, &status, WNOHANG) != 0 { return }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }
}
