// One connection of the cache service: commands in, replies and messages out.

import NIOCore
import StoreKit
import Synchronization
import Wire

/// A client's connection.
final class CacheConnection: Sendable {
    /// A subscriber that reads too slowly is cut off when so much waits for it (client-output-buffer-limit, 32 MB).
    private static let messageLimit = 32 << 20

    private let stream: ByteStream
    private let writer = Mutex(RESPWriter())

    init(_ stream: ByteStream) { self.stream = stream }

    /// Serves the connection until its end.
    func serve(_ cache: any CacheStore, limits: RESPRequestParser.Limits) async throws {
        let session = try await cache.connect { [self] message in deliver(message) }
        do { try await converse(session, limits) } catch {
            await session.close()
            throw error
        }
        await session.close()
    }

    private func converse(_ session: CacheSession, _ limits: RESPRequestParser.Limits) async throws {
        var parser = RESPRequestParser(limits: limits)
        while let piece = try await stream.next() {
            parser.feed(piece)
            while true {
                let next: [[UInt8]]?
                do { next = try parser.next() } catch {
                    writer.withLock { $0.error("ERR \(error)") }
                    try await flush()
                    return
                }
                guard let next else { break }
                let command = CacheCommand(next.map { CacheBytes($0) })
                try await perform(command, session)
                if command.name.lowercased == "quit" {
                    try await flush()
                    return
                }
            }
            try await flush()
        }
    }

    private func perform(_ command: CacheCommand, _ session: CacheSession) async throws {
        let replies = try await session.send(command)
        let name = command.name.lowercased
        writer.withLock { writer in
            // The reply to HELLO comes in the version that it asks for.
            if name == "hello", command.arguments.count > 1, case .map? = replies.first {
                writer.version = command.arguments[1] == "3" ? 3 : 2
            }
            if name == "reset", case .status? = replies.first { writer.version = 2 }
            for reply in replies { writer.write(reply) }
        }
        // A long pipeline's replies must not be gathered without bound.
        if writer.withLock({ $0.buffer.readableBytes }) > 64 << 10 { try await flush() }
    }

    /// Writes a message of a subscription at once. Called by whoever publishes, so it neither waits nor throws.
    private func deliver(_ message: CacheReply) {
        if stream.unwrittenBytes > Self.messageLimit { return stream.close() }
        // Under the lock, so that messages and replies leave in the order in which they were written.
        writer.withLock { writer in
            writer.write(message)
            stream.send(writer.take())
        }
    }

    /// Sends what was written, and waits until it has left.
    private func flush() async throws {
        let written = writer.withLock { writer -> EventLoopFuture<Void>? in
            writer.buffer.readableBytes == 0 ? nil : stream.sending(writer.take())
        }
        try await written?.get()
    }
}

extension RESPWriter {
    /// What was written so far, taken out.
    fileprivate mutating func take() -> ByteBuffer {
        defer { buffer = ByteBuffer() }
        return buffer
    }

    /// Writes a reply.
    mutating func write(_ reply: CacheReply) {
        switch reply {
        case .status(let text): status(text)
        case .error(let cause): error(cause.message)
        case .integer(let number): integer(number)
        case .bytes(let bytes): bulk(bytes.bytes)
        case .null: null()
        case .nullArray: nullArray()
        case .double(let number): double(CacheNumber.text(number))
        case .array(let parts):
            array(parts.count)
            for part in parts { write(part) }
        case .map(let parts):
            map(parts.count / 2)
            for part in parts { write(part) }
        case .set(let parts):
            set(parts.count)
            for part in parts { write(part) }
        case .push(let parts):
            push(parts.count)
            for part in parts { write(part) }
        case .pairs(let parts):
            array(version == 3 ? parts.count / 2 : parts.count)
            for (place, part) in parts.enumerated() {
                if version == 3, place % 2 == 0 { array(2) }
                write(part)
            }
        }
    }
}
