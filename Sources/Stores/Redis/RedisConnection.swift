// One connection to a Redis server by hiredis. Its calls block, so they are made on a lane.

import CHiredis
import Glibc
import StoreKit

/// A connection, used by one thread at a time. It connects when it is first used, and again after it was lost.
final class RedisConnection: @unchecked Sendable {  // because only its lane uses it
    /// How long the server may take to answer.
    private static let timeout = timeval(tv_sec: 30, tv_usec: 0)

    private let address: RedisAddress
    private let database: Int
    private var library: Hiredis?
    private var context: Hiredis.Context?

    /// A connection to a database of a server, not opened yet.
    init(to address: RedisAddress, database: Int) {
        self.address = address
        self.database = database
    }

    deinit { close() }

    /// Sends a command and waits for its reply. Throws a ``StoreKit/CacheError`` where the connection is lost: then
    /// nobody knows whether the command was performed, and it is not sent again.
    func perform(_ command: CacheCommand) throws -> CacheReply {
        try send(command)
        return try receive()
    }

    /// Sends a command that is answered with several replies, or between messages.
    func send(_ command: CacheCommand) throws {
        let context = try opened()
        var text: UnsafeMutablePointer<CChar>?
        let bytes = command.arguments.map(\.bytes)
        let storage = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, bytes.reduce(0) { $0 + $1.count }))
        defer { storage.deallocate() }
        var (starts, lengths, offset): ([UnsafePointer<CChar>?], [Int], Int) = ([], [], 0)
        for argument in bytes {
            let start = storage.baseAddress! + offset
            argument.withUnsafeBufferPointer { if let base = $0.baseAddress { start.update(from: base, count: $0.count) } }
            starts.append(UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self))
            lengths.append(argument.count)
            offset += argument.count
        }
        let length = library!.format(&text, CInt(bytes.count), &starts, lengths)
        guard length >= 0, let text else { throw CacheError("OOM the command could not be put together") }
        defer { library!.freeFormatted(text) }
        guard library!.append(context, text, Int(length)) == REDIS_OK else { throw lost() }
    }

    /// Writes what was sent, and waits for the next reply or message.
    func receive() throws -> CacheReply {
        let context = try opened()
        var found: UnsafeMutableRawPointer?
        guard library!.reply(context, &found) == REDIS_OK, let found else { throw lost() }
        defer { library!.freeReply(found) }
        return Self.read(found.assumingMemoryBound(to: redisReply.self).pointee)
    }

    /// The next message if one comes within some milliseconds.
    func receive(within milliseconds: CInt) throws -> CacheReply? {
        let context = try opened()
        var found: UnsafeMutableRawPointer?
        guard library!.readerReply(context.pointee.reader, &found) == REDIS_OK else { throw lost() }
        if let found {
            defer { library!.freeReply(found) }
            return Self.read(found.assumingMemoryBound(to: redisReply.self).pointee)
        }
        var watched = pollfd(fd: context.pointee.fd, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, milliseconds) > 0 ? try receive() : nil
    }

    /// Ends the connection.
    func close() {
        if let context { library?.free(context) }
        context = nil
    }

    private func opened() throws -> Hiredis.Context {
        if let context { return context }
        if library == nil { library = try Hiredis() }
        let opened =
            switch address.place {
            case .socket(let path): library!.connectSocket(path, Self.timeout)
            case .host(let host, let port): library!.connectHost(host, CInt(port), Self.timeout)
            }
        guard let opened else { throw CacheError("OOM no connection could be made") }
        context = opened
        if opened.pointee.err != 0 { throw lost() }
        _ = library!.setTimeout(opened, Self.timeout)
        if let password = address.password {
            let arguments = ["AUTH"] + (address.user.map { [CacheBytes($0)] } ?? []) + [CacheBytes(password)]
            try perform(CacheCommand(arguments)).checked()
        }
        if database > 0 { try perform(["SELECT", CacheBytes(Int64(database))]).checked() }
        return opened
    }

    /// Closes the connection, and says why.
    private func lost() -> CacheError {
        let reason = context.map { context in
            withUnsafeBytes(of: context.pointee.errstr) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        close()
        return CacheError("ERR the connection to Redis was lost: \(reason ?? "not connected")")
    }

    private static func read(_ reply: redisReply) -> CacheReply {
        var bytes: CacheBytes { CacheBytes(Array(UnsafeRawBufferPointer(start: reply.str, count: Int(reply.len)))) }
        switch reply.type {
        case REDIS_REPLY_STRING: return .bytes(bytes)
        case REDIS_REPLY_STATUS: return .status(bytes.text)
        case REDIS_REPLY_ERROR: return .error(CacheError(bytes.text))
        case REDIS_REPLY_INTEGER: return .integer(reply.integer)
        case REDIS_REPLY_ARRAY:
            return .array(
                (0..<Int(reply.elements)).map { place in
                    reply.element[place].map { read($0.pointee) } ?? .null
                })
        default: return .null
        }
    }
}
