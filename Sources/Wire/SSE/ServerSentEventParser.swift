// Server-sent events as they are read: bytes in, in any pieces, events out (WHATWG HTML section 9.2.6).

public import NIOCore

/// An incremental parser of an event stream.
public struct ServerSentEventParser: Sendable {
    /// The time after which the stream asks to be reopened, if it said so.
    public private(set) var retry: Duration?
    /// The identifier of the last event, as a reopened stream sends it in `Last-Event-ID`.
    public private(set) var lastEventID: String?

    private let limit: Int
    private var line: [UInt8] = []
    private var event = ""
    private var data: [UInt8]?
    private var pendingID: String?
    private var endedWithCR = false
    private var isFirstLine = true

    /// A parser at the beginning of a stream, whose events have at most `limit` bytes of data.
    public init(limit: Int = 1 << 20) { self.limit = limit }

    /// Takes the next bytes and returns the events that they complete. An event that the stream does not complete
    /// is none. Throws ``CallError/bodyTooLarge(limit:)``.
    public mutating func feed(_ bytes: ByteBuffer) throws -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        var rest = bytes.readableBytesView[...]
        if endedWithCR, let first = rest.first {
            if first == 10 { rest = rest.dropFirst() }
            endedWithCR = false
        }
        while let end = rest.firstIndex(where: { $0 == 10 || $0 == 13 }) {
            line.append(contentsOf: rest[..<end])
            let isCR = rest[end] == 13
            rest = rest[rest.index(after: end)...]
            if isCR {
                if rest.isEmpty { endedWithCR = true } else if rest.first == 10 { rest = rest.dropFirst() }
            }
            if let event = try endLine() { events.append(event) }
        }
        line.append(contentsOf: rest)
        guard line.count <= limit + 8 else { throw CallError.bodyTooLarge(limit: limit) }
        return events
    }

    private mutating func endLine() throws -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        guard !line.isEmpty else { return dispatch() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "event": event = String(decoding: value, as: UTF8.self)
        case "data":
            guard (data?.count ?? 0) + value.count < limit else { throw CallError.bodyTooLarge(limit: limit) }
            if data == nil { data = Array(value) } else { data?.append(10); data?.append(contentsOf: value) }
        case "id": if !value.contains(0) { pendingID = String(decoding: value, as: UTF8.self) }
        case "retry":
            let digits = String(decoding: value, as: UTF8.self)
            if value.allSatisfy({ (48...57).contains($0) }), let time = Int64(digits) { retry = .milliseconds(time) }
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            event = ""
            data = nil
        }
        if let id = pendingID.take() { lastEventID = id.isEmpty ? nil : id }
        guard let data else { return nil }
        return ServerSentEvent(event: event.isEmpty ? nil : event, data: String(decoding: data, as: UTF8.self), id: lastEventID)
    }
}

/// The events of a response body, as they arrive. Throws what the body throws.
public struct ServerSentEvents: AsyncSequence, Sendable {
    public typealias Element = ServerSentEvent
    public typealias Failure = any Error

    private let body: ReplyBody
    private let limit: Int

    /// The events in a body, with at most `limit` bytes of data each.
    public init(_ body: ReplyBody, limit: Int = 1 << 20) {
        self.body = body
        self.limit = limit
    }

    public func makeAsyncIterator() -> Iterator { Iterator(pieces: body.makeAsyncIterator(), parser: .init(limit: limit)) }

    /// Reads events one by one.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var pieces: ReplyBody.Iterator
        fileprivate var parser: ServerSentEventParser
        private var ready: [ServerSentEvent] = []

        fileprivate init(pieces: ReplyBody.Iterator, parser: ServerSentEventParser) {
            self.pieces = pieces
            self.parser = parser
        }

        /// The next event, nil at the end of the body.
        public mutating func next() async throws -> ServerSentEvent? {
            while ready.isEmpty {
                guard let piece = try await pieces.next() else { return nil }
                ready = try parser.feed(piece)
            }
            return ready.removeFirst()
        }
    }
}

extension StreamedReply {
    /// The server-sent events of the body.
    public var events: ServerSentEvents { ServerSentEvents(body) }
}
