// The chunks of a streamed reply differ in their token alone: all else is written once.

import NIOCore
import Wire

/// The text of a chunk's server-sent event, around its token.
struct ChunkFrame {
    /// What stands in a chunk where the token goes. Where it stands twice, the first counts: of a chunk's members
    /// `choices` is the first.
    static let place: JSONValue = "\u{0}token\u{0}"

    private let before: ByteBuffer
    private let after: ByteBuffer

    /// The frame of chunks like this one, in which ``place`` stands.
    init(_ chunk: JSONValue) {
        let parts = chunk.text.split(separator: Self.place.text, maxSplits: 1, omittingEmptySubsequences: false)
        precondition(parts.count == 2, "a chunk has no place for its token")
        before = ByteBuffer(string: "data: " + parts[0])
        after = ByteBuffer(string: parts[1] + "\n\n")
    }

    /// Writes the event of one token.
    func write(_ token: String, into buffer: inout ByteBuffer) {
        buffer.writeImmutableBuffer(before)
        buffer.writeImmutableBuffer(JSONValue.string(token).buffer)
        buffer.writeImmutableBuffer(after)
    }
}
