// The toxic 'limit_data': after so many bytes the connection is closed.

import NIOCore

/// Closes the connection when `bytes` bytes have passed. What passed before a change of the limit counts.
public struct LimitDataToxic: Sendable, Hashable {
    /// Bytes.
    public var bytes: Int64

    public init(bytes: Int64 = 0) { self.bytes = bytes }

    func releases(of chunk: ProxyChunk, now: NIODeadline, _ memory: inout ToxicMemory) -> [ToxicRelease] {
        let remaining = Int(clamping: max(bytes - memory.transmitted, 0))
        var rest = chunk.bytes
        let passing = rest.readSlice(length: min(rest.readableBytes, remaining)) ?? ByteBuffer()
        memory.transmitted += Int64(passing.readableBytes)
        var releases: [ToxicRelease] = []
        if passing.readableBytes > 0 {
            releases.append(ToxicRelease(element: .data(ProxyChunk(bytes: passing, stamp: chunk.stamp)), due: now))
        }
        if memory.transmitted >= bytes { releases.append(ToxicRelease(element: .end(.closed), due: now)) }
        return releases
    }
}
