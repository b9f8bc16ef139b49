// The toxic 'bandwidth': only so many bytes a second.

import NIOCore

/// Lets data pass at a limited rate. At 0 nothing passes until the toxic is changed or removed.
public struct BandwidthToxic: Sendable, Hashable {
    /// Kilobytes (1000 bytes) a second.
    public var rate: Int64

    public init(rate: Int64 = 0) { self.rate = rate }

    /// The longest time for which a slow line is silent.
    private static let period: Int64 = 100

    /// A chunk goes on when its last byte is through; one that takes long goes in pieces of 100 ms.
    func releases(of chunk: ProxyChunk, now: NIODeadline, _ memory: inout ToxicMemory) -> [ToxicRelease] {
        guard rate > 0 else { return [ToxicRelease(element: .data(chunk), due: .distantFuture)] }
        let rate = min(self.rate, 1_000_000_000)
        // A timer that was late is made up for; a line that was idle has saved nothing up.
        let isLate = memory.busyUntil < now && now - memory.busyUntil < .milliseconds(10)
        let start = isLate ? memory.busyUntil : now
        let pieceSize = Int(rate * Self.period)
        memory.busyUntil = start + .nanoseconds(Int64(chunk.bytes.readableBytes) * 1_000_000 / rate)
        var rest = chunk.bytes
        var releases: [ToxicRelease] = []
        var due = start
        while rest.readableBytes > pieceSize, let piece = rest.readSlice(length: pieceSize) {
            due = due + .milliseconds(Self.period)
            releases.append(ToxicRelease(element: .data(ProxyChunk(bytes: piece, stamp: chunk.stamp)), due: due))
        }
        releases.append(
            ToxicRelease(element: .data(ProxyChunk(bytes: rest, stamp: chunk.stamp)), due: memory.busyUntil))
        return releases
    }
}
