// The toxic 'slicer': data comes in small pieces.

import NIOCore

/// Cuts data into pieces of about `average_size` bytes, with a pause after each.
public struct SlicerToxic: Sendable, Hashable {
    /// Bytes.
    public var averageSize: Int64
    /// Bytes by which a piece may be larger or smaller; to be less than the average.
    public var sizeVariation: Int64
    /// Microseconds between pieces.
    public var delay: Int64

    public init(averageSize: Int64 = 0, sizeVariation: Int64 = 0, delay: Int64 = 0) {
        self.averageSize = averageSize
        self.sizeVariation = sizeVariation
        self.delay = delay
    }

    func releases(
        of chunk: ProxyChunk, now: NIODeadline, _ memory: inout ToxicMemory, _ chance: ToxicChance
    ) -> [ToxicRelease] {
        var rest = chunk.bytes
        var releases: [ToxicRelease] = []
        var due = max(now, memory.busyUntil)
        for size in sizes(of: chunk.bytes.readableBytes, &memory, chance) {
            guard let piece = rest.readSlice(length: size) else { break }
            releases.append(ToxicRelease(element: .data(ProxyChunk(bytes: piece, stamp: chunk.stamp)), due: due))
            due = due + .parameter(delay, nanosecondsEach: 1000)
        }
        memory.busyUntil = due
        return releases
    }

    /// The sizes of the pieces of `count` bytes: what is too long is cut near its middle, again and again. No piece is
    /// empty.
    private func sizes(of count: Int, _ memory: inout ToxicMemory, _ chance: ToxicChance) -> [Int] {
        let variation = Int(clamping: min(max(sizeVariation, 0), Int64(count)))
        let longest = max(Int(clamping: min(max(averageSize, 0), Int64(count))) + variation, 1)
        var sizes: [Int] = []
        var toCut = [count]
        while let size = toCut.popLast() {
            guard size > longest else {
                sizes.append(size)
                continue
            }
            var middle = size / 2
            if variation > 0 {
                middle +=
                    Int(chance.number(below: UInt64(variation * 2), at: "slice", occurrence: memory.decisions)) - variation
                memory.decisions += 1
            }
            middle = min(max(middle, 1), size - 1)
            toCut.append(size - middle)
            toCut.append(middle)
        }
        return sizes
    }
}
