// How a host writes responses that faults change: cut, resting, truncated, with calls of tools broken.

import HTTPTypes
import Hummingbird
import NIOCore

/// A response was cut on purpose.
struct StreamCut: Error {}

extension ResponseFate {
    /// Where a body is to be written so that this becomes of it.
    func writer(around writer: any ResponseBodyWriter) -> any ResponseBodyWriter {
        switch self {
        case .whole: writer
        case .cut(let count): CuttingWriter(writer: writer, counter: EventCounter(left: count))
        case .stall(let count, let time): RestingWriter(writer: writer, counter: EventCounter(left: count), time: time)
        case .truncate(let count): TruncatingWriter(writer: writer, left: count)
        }
    }
}

/// Counts server-sent events in the bytes of a stream.
struct EventCounter {
    /// How many events are still to come.
    private(set) var left: Int
    private var endsLine = false

    init(left: Int) { self.left = left }

    /// How many of these bytes belong to the events that are still to come.
    mutating func length(of buffer: ByteBuffer) -> Int {
        var length = 0
        for byte in buffer.readableBytesView where left > 0 {
            length += 1
            // An empty line ends an event.
            let isNewline = byte == UInt8(ascii: "\n")
            if isNewline, endsLine { left -= 1 }
            endsLine = isNewline && !endsLine
        }
        return length
    }
}

extension ResponseBodyWriter {
    /// Writes the bytes of a buffer from one place to another, if there are any.
    fileprivate mutating func write(_ buffer: ByteBuffer, from start: Int, count: Int) async throws {
        guard count > 0, let slice = buffer.getSlice(at: buffer.readerIndex + start, length: count) else { return }
        try await write(slice)
    }
}

/// Lets so many server-sent events of a body pass, and throws ``StreamCut`` when the next one comes.
struct CuttingWriter: ResponseBodyWriter {
    var writer: any ResponseBodyWriter
    var counter: EventCounter

    mutating func write(_ buffer: ByteBuffer) async throws {
        let length = counter.length(of: buffer)
        try await writer.write(buffer, from: 0, count: length)
        if length < buffer.readableBytes { throw StreamCut() }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        guard counter.left > 0 else { throw StreamCut() }
        try await writer.finish(trailingHeaders)
    }
}

/// Lets so many server-sent events of a body pass, and rests for a time before the next.
struct RestingWriter: ResponseBodyWriter {
    var writer: any ResponseBodyWriter
    var counter: EventCounter
    let time: Duration
    private var hasRested = false

    init(writer: any ResponseBodyWriter, counter: EventCounter, time: Duration) {
        self.writer = writer
        self.counter = counter
        self.time = time
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        guard !hasRested else { return try await writer.write(buffer) }
        let length = counter.length(of: buffer)
        try await writer.write(buffer, from: 0, count: length)
        guard length < buffer.readableBytes else { return }
        hasRested = true
        try await Task.sleep(for: time)
        try await writer.write(buffer, from: length, count: buffer.readableBytes - length)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws { try await writer.finish(trailingHeaders) }
}

/// Lets so many bytes of a body pass, and throws ``StreamCut`` when more come.
struct TruncatingWriter: ResponseBodyWriter {
    var writer: any ResponseBodyWriter
    var left: Int

    mutating func write(_ buffer: ByteBuffer) async throws {
        let length = min(left, buffer.readableBytes)
        left -= length
        try await writer.write(buffer, from: 0, count: length)
        if length < buffer.readableBytes { throw StreamCut() }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws { try await writer.finish(trailingHeaders) }
}

/// Breaks the arguments of the first call of a tool in a response of a model (OpenAI, "Function calling"), if it is to:
/// their first letter becomes another, so that they are no JSON object, and the response keeps its length.
struct ToolCallWriter: ResponseBodyWriter {
    private static let mark = Array("\"arguments\":\"".utf8)

    var writer: any ResponseBodyWriter
    /// Asked at the first call.
    let isToBreak: @Sendable () -> Bool
    private var isOver = false

    init(writer: any ResponseBodyWriter, isToBreak: @escaping @Sendable () -> Bool) {
        self.writer = writer
        self.isToBreak = isToBreak
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        guard !isOver, let place = Self.place(in: buffer) else { return try await writer.write(buffer) }
        isOver = true
        guard isToBreak() else { return try await writer.write(buffer) }
        var broken = buffer
        let letter = buffer.getInteger(at: place, as: UInt8.self) == UInt8(ascii: "{") ? "[" : "{"
        broken.setString(letter, at: place)
        try await writer.write(broken)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws { try await writer.finish(trailingHeaders) }

    /// Where the first arguments begin that are not empty. Services write whole events, so nothing is divided here.
    private static func place(in buffer: ByteBuffer) -> Int? {
        buffer.withUnsafeReadableBytes { bytes in
            var start = 0
            while start + mark.count < bytes.count {
                let end = start + mark.count
                if bytes[start] == mark[0], bytes[start..<end].elementsEqual(mark), bytes[end] != UInt8(ascii: "\"") {
                    return buffer.readerIndex + end
                }
                start += 1
            }
            return nil
        }
    }
}
