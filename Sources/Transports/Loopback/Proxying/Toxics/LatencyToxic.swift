// The toxic 'latency': everything comes later.

import NIOCore

/// Delays all data by `latency` milliseconds, more or less by up to `jitter`. Bytes keep their order.
public struct LatencyToxic: Sendable, Hashable {
    /// Milliseconds.
    public var latency: Int64
    /// Milliseconds, drawn for every chunk.
    public var jitter: Int64

    public init(latency: Int64 = 0, jitter: Int64 = 0) {
        self.latency = latency
        self.jitter = jitter
    }

    /// The delay counts from when the chunk came, so that a queue of chunks is not delayed again and again.
    func release(of chunk: ProxyChunk, _ memory: inout ToxicMemory, _ chance: ToxicChance) -> ToxicRelease {
        let longest: Int64 = 3_155_760_000_000
        var delay = min(max(latency, -longest), longest)
        if jitter > 0 {
            let jitter = min(jitter, longest)
            delay += Int64(chance.number(below: UInt64(jitter * 2), at: "jitter", occurrence: memory.decisions)) - jitter
            memory.decisions += 1
        }
        return ToxicRelease(element: .data(chunk), due: chunk.stamp + .parameter(delay))
    }
}
