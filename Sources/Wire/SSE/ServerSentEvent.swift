// Server-sent events as they are written: one event, a few lines of text (WHATWG HTML section 9.2).

public import NIOCore

/// One server-sent event.
public struct ServerSentEvent: Sendable, Equatable {
    /// Its type; nil for the default, `message`.
    public var event: String?
    /// Its data. Line ends travel as LF, whatever they were.
    public var data: String
    /// The identifier from which a reader resumes (`Last-Event-ID`). A parsed event has the last one that was sent,
    /// with it or before it.
    public var id: String?

    /// An event from its parts.
    public init(event: String? = nil, data: String, id: String? = nil) {
        self.event = event
        self.data = data
        self.id = id
    }

    /// The event as it travels, with the empty line that ends it.
    public var encoded: ByteBuffer {
        var buffer = ByteBuffer()
        write(into: &buffer)
        return buffer
    }

    /// Appends the event as it travels.
    public func write(into buffer: inout ByteBuffer) {
        // Only data may have several lines; in a name or an identifier a line end would begin another field.
        if let event { Self.writeLine("event", Self.lines(event).joined(separator: " ")[...], into: &buffer) }
        if let id { Self.writeLine("id", Self.lines(id).joined(separator: " ")[...], into: &buffer) }
        for line in Self.lines(data) { Self.writeLine("data", line, into: &buffer) }
        buffer.writeStaticString("\n")
    }

    /// A comment as it travels: readers ignore it, it keeps a connection alive.
    public static func comment(_ text: String) -> ByteBuffer {
        var buffer = ByteBuffer()
        for line in lines(text) { buffer.writeString(": \(line)\n") }
        buffer.writeStaticString("\n")
        return buffer
    }

    private static func writeLine(_ field: String, _ value: Substring, into buffer: inout ByteBuffer) {
        buffer.writeString(field)
        buffer.writeStaticString(": ")
        buffer.writeSubstring(value)
        buffer.writeStaticString("\n")
    }

    /// The lines of a text: between LF, CR and CRLF.
    private static func lines(_ text: String) -> [Substring] {
        // Almost every text is one line, and to find that out by bytes is a lot faster than by characters.
        guard text.utf8.contains(where: { $0 == 10 || $0 == 13 }) else { return [text[...]] }
        return text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r" || $0 == "\r\n" }
    }
}
