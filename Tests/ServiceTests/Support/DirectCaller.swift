// Calls a service's router without a transport: what service tests use in place of mesh and sockets.

import HTTPTypes
import Hummingbird
import Kernel
import Logging
import MemoryCache
import NIOCore
import SQLiteStore
import ServiceKit
import StoreKit
import Wire

/// A service, ready to be called.
struct DirectCaller: Sendable {
    /// Calls the service as a client would.
    let caller: Caller

    /// Prepares a service.
    init(_ service: some Service) async throws {
        try await service.prepare()
        let name = service.name
        let log = Logger(label: name)
        caller = Caller(
            service: name,
            send: { call in
                var head = call.head
                head.headerFields[.contentLength] = String(call.body.readableBytes)
                let request = Request(head: head, body: .init(buffer: call.body))
                return await Self.stream(service.answer(request, log: log))
            },
            open: { call, _ in
                throw CallError.upgradeRefused(service: name, status: 501, body: "\(call.summary): routes only")
            })
    }

    /// The response with its body written in the background, as a server would.
    private static func stream(_ response: Response) -> StreamedReply {
        let (pieces, continuation) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
        let writing = Task {
            do {
                try await response.body.write(StreamWriter(continuation: continuation))
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { _ in writing.cancel() }
        return StreamedReply(head: response.head, body: ReplyBody(pieces))
    }
}

private struct StreamWriter: ResponseBodyWriter {
    let continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation

    mutating func write(_ buffer: ByteBuffer) async throws { continuation.yield(buffer) }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

/// A context for one service under test: real embedded stores, chance from a seed, callers given by name.
func testContext(
    name: String, seed: UInt64 = 1, relational: (any RelationalStore)? = nil, cache: (any CacheStore)? = nil,
    deviations: Set<Deviation> = [], callers: [String: Caller] = [:]
) throws -> ServiceContext {
    ServiceContext(
        name: name, clock: WorldClock(), chance: ChanceSource(Chance(seed: seed), actor: name),
        relational: try relational ?? SQLiteDatabase(), cache: cache ?? MemoryKeyspace(),
        log: Logger(label: name), trace: Trace(keepsEvents: true), serviceSecret: "secret-of-this-test",
        deviations: deviations,
        callers: { called in
            callers[called]
                ?? Caller(
                    service: called,
                    send: { _ in throw CallError.unknownService(called, known: callers.keys.sorted()) },
                    open: { _, _ in throw CallError.unknownService(called, known: callers.keys.sorted()) })
        })
}
