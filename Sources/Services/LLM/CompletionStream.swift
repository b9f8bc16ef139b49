// A reply as server-sent events: opening, pieces at their pace, closing, count, [DONE].

import Hummingbird
import Kernel
import NIOCore
import ServiceKit
import Wire

/// Writes a completion piece by piece.
struct CompletionStream: Sendable {
    let completion: Completion
    let pace: Pace
    let includesUsage: Bool
    /// Whether every third piece of text comes twice.
    let doublesPieces: Bool
    let context: ServiceContext

    /// Writes the whole stream, at the pace of its script.
    func write(to writer: inout any ResponseBodyWriter) async throws {
        let choices = 0..<completion.count
        var place = 0
        var buffer = ByteBuffer()
        for choice in choices { Self.write(completion.opening(choice, includesUsage: includesUsage), into: &buffer) }
        let frames = choices.map { completion.textFrame($0, includesUsage: includesUsage) }
        for token in completion.tokens {
            try await wait(&place)
            for _ in 0..<(doublesPieces && place % 3 == 0 ? 2 : 1) {
                for frame in frames { frame.write(token, into: &buffer) }
            }
            try await writer.write(buffer)
            buffer = ByteBuffer()
        }
        for index in completion.toolCalls.indices {
            let frames = choices.map { completion.callFrame($0, index, includesUsage: includesUsage) }
            for choice in choices {
                Self.write(completion.callOpening(choice, index, includesUsage: includesUsage), into: &buffer)
            }
            for piece in completion.toolCalls[index].arguments {
                try await wait(&place)
                for frame in frames { frame.write(piece, into: &buffer) }
                try await writer.write(buffer)
                buffer = ByteBuffer()
            }
        }
        for choice in choices { Self.write(completion.closing(choice, includesUsage: includesUsage), into: &buffer) }
        if includesUsage { Self.write(completion.counting, into: &buffer) }
        buffer.writeStaticString("data: [DONE]\n\n")
        try await writer.write(buffer)
        try await writer.finish(nil)
    }

    private func wait(_ place: inout Int) async throws {
        try await context.clock.sleep(for: pace.delay(before: place, of: completion.id, context.chance.chance))
        place += 1
    }

    private static func write(_ chunk: JSONValue, into buffer: inout ByteBuffer) {
        buffer.writeStaticString("data: ")
        buffer.writeImmutableBuffer(chunk.buffer)
        buffer.writeStaticString("\n\n")
    }
}
