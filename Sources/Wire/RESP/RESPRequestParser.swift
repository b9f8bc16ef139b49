// Reads commands off a connection as Redis does: arrays of bulk strings, or a line of words (the inline form).

public import NIOCore

/// What a client sent that is no command. Redis answers it and closes the connection.
public struct RESPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The words after `Protocol error: `.
    public let reason: String

    /// An error with Redis' reason.
    public init(_ reason: String) { self.reason = reason }

    public var description: String { "Protocol error: \(reason)" }
}

/// A parser of commands (https://redis.io/docs/latest/develop/reference/protocol-spec), fed with pieces of any size.
///
/// It holds no more than what arrived: a length that is announced reserves nothing.
public struct RESPRequestParser: Sendable {
    /// What a client may send at most.
    public struct Limits: Sendable {
        /// Bytes of a line.
        public var line = 64 << 10
        /// Arguments of a command.
        public var arguments = 1 << 20
        /// Bytes of an argument (proto-max-bulk-len).
        public var bulk = 512 << 20
        /// Bytes of a whole command (client-query-buffer-limit).
        public var command = 1 << 30

        /// Redis' own limits.
        public init() {}
    }

    private let limits: Limits
    private var buffer = ByteBuffer()
    private var arguments: [[UInt8]] = []
    /// How many arguments of the command are still to come; 0 between commands.
    private var missing = 0
    /// The length of the argument that comes next, once it was read.
    private var bulkLength: Int?
    private var commandSize = 0

    /// A parser that has read nothing.
    public init(limits: Limits = Limits()) { self.limits = limits }

    /// How many bytes wait to be read as commands.
    public var waitingBytes: Int { buffer.readableBytes }

    /// Takes what has arrived.
    public mutating func feed(_ piece: ByteBuffer) {
        if buffer.readableBytes == 0 { buffer = piece } else { buffer.writeImmutableBuffer(piece) }
    }

    /// The next command, nil until it has come whole. Empty lines and empty arrays are skipped. Throws ``RESPError``,
    /// after which the parser is of no use.
    public mutating func next() throws(RESPError) -> [[UInt8]]? {
        while true {
            if missing > 0 {
                guard try readArguments() else { return nil }
                defer { arguments = [] }
                return arguments
            }
            guard let first = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) else { return nil }
            if first == UInt8(ascii: "*") {
                guard let line = try line(tooLong: "too big mbulk count string") else { return nil }
                guard let count = Self.number(line.dropFirst()), count <= limits.arguments else {
                    throw RESPError("invalid multibulk length")
                }
                missing = max(0, count)
                commandSize = 0
            } else {
                guard let line = try line(tooLong: "too big inline request") else { return nil }
                let words = try InlineCommand.words(line)
                if !words.isEmpty { return words }
            }
        }
    }

    /// Reads the arguments that are still missing; whether they are all there.
    private mutating func readArguments() throws(RESPError) -> Bool {
        while missing > 0 {
            if bulkLength == nil {
                guard let line = try line(tooLong: "too big bulk count string") else { return false }
                guard line.first == UInt8(ascii: "$") else {
                    let found = line.first.map { String(decoding: [$0], as: UTF8.self) } ?? "\r"
                    throw RESPError("expected '$', got '\(found)'")
                }
                guard let length = Self.number(line.dropFirst()), (0...limits.bulk).contains(length) else {
                    throw RESPError("invalid bulk length")
                }
                commandSize += length
                guard commandSize <= limits.command else { throw RESPError("too big command") }
                bulkLength = length
            }
            // The end of the line behind an argument is skipped unread, as Redis does.
            guard let length = bulkLength, buffer.readableBytes >= length + 2 else { return false }
            arguments.append(buffer.readBytes(length: length) ?? [])
            buffer.moveReaderIndex(forwardBy: 2)
            bulkLength = nil
            missing -= 1
        }
        // What was read makes room: a connection that lives long must not keep all it was ever sent.
        if buffer.readableBytes == 0 { buffer.clear(minimumCapacity: 0) } else { buffer.discardReadBytes() }
        return true
    }

    /// The next line without its end, nil until it has come whole.
    private mutating func line(tooLong: String) throws(RESPError) -> [UInt8]? {
        let view = buffer.readableBytesView
        guard let end = view.prefix(limits.line + 1).firstIndex(of: UInt8(ascii: "\n")) else {
            if view.count > limits.line { throw RESPError(tooLong) }
            return nil
        }
        var line = Array(view[view.startIndex..<end])
        buffer.moveReaderIndex(forwardBy: end - view.startIndex + 1)
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return line
    }

    /// A whole number as Redis' parser reads it: no plus sign, no leading zeros.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        let text = String(decoding: digits, as: UTF8.self)
        guard let number = Int(text), String(number) == text else { return nil }
        return number
    }
}
