// Server-sent events: the rules of WHATWG HTML section 9.2.6, in every way in which a stream can be cut to pieces.

import NIOCore
import Testing

@testable import Wire

struct ServerSentEventTests {
    private func parse(_ pieces: [some Collection<UInt8>]) throws -> [ServerSentEvent] {
        var parser = ServerSentEventParser()
        return try pieces.flatMap { try parser.feed(ByteBuffer(bytes: $0)) }
    }

    private func parse(_ text: String) throws -> [ServerSentEvent] { try parse([Array(text.utf8)]) }

    @Test func fields() throws {
        #expect(try parse("data: a\n\n") == [ServerSentEvent(data: "a")])
        #expect(try parse("event: add\ndata:73857293\n\n") == [ServerSentEvent(event: "add", data: "73857293")])
        #expect(try parse("data: YHOO\ndata: +2\ndata: 10\n\n") == [ServerSentEvent(data: "YHOO\n+2\n10")])
        #expect(try parse("data\n\ndata\ndata\n\ndata:") == [ServerSentEvent(data: ""), ServerSentEvent(data: "\n")])
        #expect(try parse("data:test\n\ndata: test\n\n") == [ServerSentEvent(data: "test"), ServerSentEvent(data: "test")])
        #expect(try parse("data:  two\n\n") == [ServerSentEvent(data: " two")], "one space is taken off, not two")
        #expect(try parse(": comment\n\nevent: alone\n\ndata: x\n\n") == [ServerSentEvent(data: "x")])
        #expect(try parse("unknown: 1\nDATA: 2\ndata: 3\n\n") == [ServerSentEvent(data: "3")])
        #expect(try parse("data: not finished\n") == [])
    }

    @Test func identifiersStayUntilTheyChange() throws {
        let events = try parse("data: 1\nid: a\n\ndata: 2\n\nid\ndata: 3\n\nid: b\u{0}\ndata: 4\n\n")
        #expect(events.map(\.id) == ["a", "a", nil, nil])
        var parser = ServerSentEventParser()
        _ = try parser.feed(ByteBuffer(string: "id: 7\n\nretry: 1500\nretry: soon\n"))
        #expect(parser.lastEventID == "7", "an identifier counts even without data")
        #expect(parser.retry == .milliseconds(1500))
    }

    @Test func everySplitOfAStreamGivesTheSameEvents() throws {
        let text = "\u{FEFF}event: ä\r\ndata: one\rdata: two\n\r\n:c\ndata: €\r\rid: 9\r\ndata:\r\n\r\ndata: z\n\n"
        let bytes = Array(text.utf8)
        let expected = [
            ServerSentEvent(event: "ä", data: "one\ntwo"), ServerSentEvent(data: "€"), ServerSentEvent(data: "", id: "9"),
            ServerSentEvent(data: "z", id: "9"),
        ]
        #expect(try parse([bytes]) == expected)
        #expect(try parse(bytes.map { [$0] }) == expected)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let pieces = [bytes[..<first], bytes[first..<second], bytes[second...]]
                #expect(try parse(pieces) == expected, "split at \(first) and \(second)")
            }
        }
    }

    @Test func whatIsWrittenIsRead() throws {
        let events = [
            ServerSentEvent(data: "plain"), ServerSentEvent(event: "token", data: "two\nlines", id: "1"),
            ServerSentEvent(data: "", id: "1"), ServerSentEvent(data: "\n", id: "1"),
            ServerSentEvent(data: " lead: \u{1F600}", id: "2"),
        ]
        var stream = ServerSentEvent.comment("hello")
        for event in events { event.write(into: &stream) }
        #expect(try parse([Array(stream.readableBytesView)]) == events)
        let event = ServerSentEvent(event: "e", data: "a\r\nb\rc", id: "i")
        #expect(String(buffer: event.encoded) == "event: e\nid: i\ndata: a\ndata: b\ndata: c\n\n")
        let forged = ServerSentEvent(event: "a\ndata: forged", data: "real")
        #expect(try parse([Array(forged.encoded.readableBytesView)]).map(\.data) == ["real"])
    }

    @Test func limits() throws {
        var parser = ServerSentEventParser(limit: 10)
        #expect(try parser.feed(ByteBuffer(string: "data: 12345\n\n")).count == 1)
        #expect(throws: CallError.bodyTooLarge(limit: 10)) {
            _ = try parser.feed(ByteBuffer(string: "data: 12345\ndata: 67890\n\n"))
        }
        var endless = ServerSentEventParser(limit: 10)
        #expect(throws: CallError.bodyTooLarge(limit: 10)) { _ = try endless.feed(ByteBuffer(string: "data: 123456789012345")) }
    }

    @Test func aBodyIsASequenceOfEvents() async throws {
        let (stream, writer) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
        for piece in ["data: 1\n", "\ndata: 2\n\ndata: 3\n\n", "data: cut"] { writer.yield(ByteBuffer(string: piece)) }
        writer.finish()
        var found: [String] = []
        for try await event in ServerSentEvents(ReplyBody(stream)) { found.append(event.data) }
        #expect(found == ["1", "2", "3"])
    }
}
