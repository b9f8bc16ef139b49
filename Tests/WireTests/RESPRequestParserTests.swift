// Commands off the wire: whole and in pieces, inline, and what Redis refuses.

import NIOCore
import Testing
import Wire

/// What a parser makes of a text, cut into pieces of `size` bytes.
private func parse(_ text: String, size: Int = .max, limits: RESPRequestParser.Limits = .init()) -> [String] {
    var parser = RESPRequestParser(limits: limits)
    var found: [String] = []
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
        let end = size < bytes.count - start ? start + size : bytes.count
        parser.feed(ByteBuffer(bytes: bytes[start..<end]))
        start = end
        do {
            while let command = try parser.next() {
                found.append(command.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "|"))
            }
        } catch {
            return found + ["\(error)"]
        }
    }
    return found
}

@Suite struct RESPRequestParserTests {
    @Test(arguments: [1, 2, 3, 7, 1000]) func readsCommandsInPiecesOfAnySize(size: Int) {
        let text =
            "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\na\r\nb\0\r\n*1\r\n$4\r\nPING\r\n\r\nGET  k\r\n*0\r\n*-1\r\n*2\r\n$3\r\nGET\r\n$0\r\n\r\n"
        #expect(parse(text, size: size) == ["SET|k|a\r\nb\0", "PING", "GET|k", "GET|"])
    }

    @Test func readsInlineCommandsWithQuotes() {
        #expect(parse("set \"a b\\n\\x41\\\"\" 'c\\'d' e\"f\"\n") == ["set|a b\nA\"|c'd|ef"])
        #expect(parse("set \"open\r\n") == ["Protocol error: unbalanced quotes in request"])
        #expect(parse("set \"a\"b\r\n") == ["Protocol error: unbalanced quotes in request"])
        #expect(parse("set ''\r\n") == ["set|"])
    }

    @Test(arguments: [
        ("*1\r\n$-1\r\n", "invalid bulk length"), ("*1\r\n$536870913\r\n", "invalid bulk length"),
        ("*1\r\n$x\r\n", "invalid bulk length"), ("*1\r\n$+1\r\n", "invalid bulk length"),
        ("*1\r\n$99999999999999999999\r\n", "invalid bulk length"), ("*1048577\r\n", "invalid multibulk length"),
        ("*x\r\n", "invalid multibulk length"), ("*1\r\n:1\r\n", "expected '$', got ':'"),
        ("*" + String(repeating: "1", count: 70_000), "too big mbulk count string"),
        ("*1\r\n$" + String(repeating: "1", count: 70_000), "too big bulk count string"),
        (String(repeating: "a", count: 70_000), "too big inline request"),
    ]) func refusesWhatRedisRefuses(text: String, reason: String) {
        for size in [1024, Int.max] { #expect(parse(text, size: size) == ["Protocol error: \(reason)"]) }
    }

    @Test func anAnnouncedLengthReservesNothing() {
        var parser = RESPRequestParser()
        parser.feed(ByteBuffer(string: "*1000000\r\n$500000000\r\nabc"))
        #expect((try? parser.next()) == .some(nil))
        #expect(parser.waitingBytes == 3)
    }

    @Test func aCommandHasALimitAsAWhole() {
        var limits = RESPRequestParser.Limits()
        limits.command = 10
        #expect(parse("*2\r\n$6\r\nabcdef\r\n$6\r\nabcdef\r\n", limits: limits) == ["Protocol error: too big command"])
    }
}

@Suite struct RESPWriterTests {
    @Test func writesBothVersions() {
        func write(_ version: Int) -> String {
            var writer = RESPWriter(version: version)
            writer.status("a\r\nb")
            writer.null()
            writer.nullArray()
            writer.double("1.5")
            writer.map(1)
            writer.bulk(Array("k".utf8))
            writer.integer(-1)
            writer.set(0)
            writer.push(0)
            writer.error("ERR x")
            return String(buffer: writer.buffer)
        }
        #expect(write(2) == "+a  b\r\n$-1\r\n*-1\r\n$3\r\n1.5\r\n*2\r\n$1\r\nk\r\n:-1\r\n*0\r\n*0\r\n-ERR x\r\n")
        #expect(write(3) == "+a  b\r\n_\r\n_\r\n,1.5\r\n%1\r\n$1\r\nk\r\n:-1\r\n~0\r\n>0\r\n-ERR x\r\n")
    }
}
