// `backlot exec`: the environment around a command, whose exit code and signals are its own.

import Foundation
import Testing

@Suite(.timeLimit(.minutes(2)), .serialized) struct ExecCommandTests {
    @Test func theCommandSeesTheEnvironment() async throws {
        let script = """
            test -n "$AUTH_SERVICE_URL" && test -n "$BACKEND_PORT" && test -n "$OPENAI_BASE_URL" && test "$OWN" = mine || exit 9
            echo "said $1" && echo "complained" >&2 && cat && exit 7
            """
        let result = try await Command.run("exec", "--", "sh", "-c", script, "sh", "it's me", environment: ["OWN": "mine"])
        #expect(result.status == 7)
        #expect(result.output == "said it's me\n")
        #expect(result.error == "complained\n")
    }

    @Test func theServicesAnswerWhileItRuns() async throws {
        let probe =
            "exec 3<>/dev/tcp/$AUTH_SERVICE_HOST/$AUTH_SERVICE_PORT && printf 'GET /health HTTP/1.0\\r\\n\\r\\n' >&3 && head -1 <&3"
        let result = try await Command.run("exec", "--", "bash", "-c", probe)
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.contains(" 200 OK"))
    }

    @Test(
        arguments: [
            (["nosuchcommand-at-all"], 127, "There is no command 'nosuchcommand-at-all'."),
            (["/etc/passwd"], 126, "The command '/etc/passwd' cannot be run: Permission denied."),
            (["sh", "-c", "kill -9 $$"], 137, ""), (["true"], 0, ""), (["false"], 1, ""),
        ] as [([String], Int32, String)])
    func exitCodesAreTheCommands(command: [String], status: Int32, said: String) async throws {
        let result = try await Command.finished(["exec", "--"] + command)
        #expect(result.status == status)
        #expect(said.isEmpty ? result.error == "" : result.error.contains(said))
    }

    @Test func withoutACommandItSaysHow() async throws {
        let result = try await Command.run("exec")
        #expect(result.status == 64)
        #expect(result.error == "Error: No command is given. Write it after '--': backlot exec -- pytest\n")
    }

    @Test(arguments: ["TERM", "INT", "HUP"]) func signalsGoOnToTheCommand(signal: String) async throws {
        // The command traps the signal that backlot, its parent, is sent, and nothing of either is left.
        let script = """
            backlot exec -- sh -c 'trap "echo trapped; exit 42" \(signal); kill -\(signal) $PPID; while :; do sleep 0.1; done'
            """
        let result = try await Command.shell(script)
        #expect(result.status == 42)
        #expect(result.output == "trapped\n")
    }

    @Test func filesAreThereWhileItRuns() async throws {
        try await Command.withFolder { folder in
            let (env, ports) = (folder.appending(path: "env").path, folder.appending(path: "ports").path)
            let result = try await Command.run(
                "exec", "--env-file", env, "--ports-file", ports, "--", "sh", "-c",
                ". \"$0\" && test -n \"$BACKEND_URL\" && grep -c '\"auth\"' \"$1\"", env, ports)
            #expect(result.status == 0, "\(result.error)")
            #expect(result.output == "1\n")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        }
    }
}
