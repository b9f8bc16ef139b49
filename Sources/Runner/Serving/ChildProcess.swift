// A command that runs beside the environment: same terminal, own variables.

import Dispatch
import Glibc

/// A child process that has standard input, output and error of this one.
///
/// It stays in the process group of this one, so that the terminal's Ctrl-C and job control reach it as they reach any
/// command.
public final class ChildProcess: Sendable {
    /// A command that could not be started.
    public struct NotStarted: Error, CustomStringConvertible {
        let command: String
        let code: Int32
        /// What a shell gives: 127 where there is no such command, 126 where it may not be run.
        public var exitCode: Int32 { code == ENOENT ? 127 : 126 }
        public var description: String {
            code == ENOENT
                ? "There is no command '\(command)'. Is it on the PATH?"
                : "The command '\(command)' cannot be run: \(String(cString: strerror(code)))."
        }
    }

    private let identifier: pid_t

    /// Starts a command, found on the PATH, with exactly these variables. Throws ``NotStarted``.
    public init(_ command: [String], environment: [String: String]) throws {
        let name = command.first ?? ""
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        var lines: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer { (arguments + lines).forEach { free($0) } }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What is trapped here must not be ignored there.
        var all = sigset_t()
        sigfillset(&all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var identifier: pid_t = 0
        let code = posix_spawnp(&identifier, name, nil, &attributes, &arguments, &lines)
        guard code == 0 else { throw NotStarted(command: name, code: code) }
        self.identifier = identifier
    }

    /// Sends a signal to the command.
    public func send(_ signal: Int32) { kill(identifier, signal) }

    /// Waits for the command's end: its exit code, or 128 and the number of the signal that ended it. To be called once.
    public func exitCode() async -> Int32 {
        await withCheckedContinuation { continuation in
            // A thread of its own: waiting for a process blocks.
            DispatchQueue.global().async { [identifier] in
                var status: Int32 = 0
                while waitpid(identifier, &status, 0) < 0 && errno == EINTR {}
                let signal = status & 0x7F
                continuation.resume(returning: signal == 0 ? (status >> 8) & 0xFF : 128 + signal)
            }
        }
    }
}
