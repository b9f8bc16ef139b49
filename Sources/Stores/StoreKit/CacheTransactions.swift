// Transactions of a cache: MULTI, EXEC and WATCH, on a session of their own.

extension CacheStore {
    /// Performs commands as one step that no other command comes between, and returns their replies. Throws the
    /// ``CacheError`` that refuses the whole, such as EXECABORT for an unknown command.
    public func transaction(_ commands: [CacheCommand]) async throws -> [CacheReply] {
        try await transaction(watching: []) { _ in commands } ?? []
    }

    /// Performs the commands that `body` returns as one step, unless one of the watched keys changed since before
    /// `body` was called: then nothing is performed, and nil returned. `body` reads by the session it is given.
    public func transaction(
        watching keys: [CacheBytes], _ body: @Sendable (CacheSession) async throws -> [CacheCommand]
    ) async throws -> [CacheReply]? {
        let session = try await connect { _ in }
        do {
            if !keys.isEmpty { try await session.perform(CacheCommand(["WATCH"] + keys)).checked() }
            let commands = try await body(session)
            try await session.perform(["MULTI"]).checked()
            // A command that is refused here has EXEC refuse the whole.
            for command in commands { _ = try await session.perform(command) }
            let outcome = try await session.perform(["EXEC"]).checked()
            await session.close()
            switch outcome {
            case .null, .nullArray: return nil
            default: return try outcome.elements()
            }
        } catch {
            await session.close()
            throw error
        }
    }
}
