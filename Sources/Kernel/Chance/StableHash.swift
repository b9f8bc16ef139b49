// The one hash of Backlot: keyed chance, task ranks, fingerprints. Equal on every platform, build mode and run.

/// A 64-bit hash that is the same in every process, build mode and platform.
///
/// Each step is the folded 64x64 to 128 bit product of wyhash (Wang Yi, public domain), which passes the usual
/// statistical batteries and takes about a nanosecond. It is no cryptographic hash.
public struct StableHash: Sendable, Equatable {
    private var state: UInt64

    /// A hash that starts from `key`; different keys give unrelated hashes.
    public init(key: UInt64 = 0) {
        state = Self.fold(key ^ 0xa076_1d64_78bd_642f, 0xe703_7ed1_a0b4_28db)
    }

    /// The product of two words, folded to one.
    @inline(__always)
    static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    /// Mixes in one word.
    @inline(__always)
    public mutating func combine(_ word: UInt64) {
        state = Self.fold(state ^ word ^ 0x8ebc_6af0_9c88_c6e3, 0x5899_65cc_7537_4cc3 ^ (state &<< 1))
    }

    /// Mixes in the bytes of a text and its length.
    public mutating func combine(_ text: String) {
        var text = text
        text.withUTF8 { combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Mixes in bytes and their count, eight at a time. O(n).
    public mutating func combine(bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while offset &+ 8 <= bytes.count {
            combine(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset &+= 8
        }
        var tail: UInt64 = 0
        var shift: UInt64 = 0
        while offset < bytes.count {
            tail |= UInt64(bytes[offset]) &<< shift
            shift &+= 8
            offset &+= 1
        }
        combine(tail)
        combine(UInt64(bytes.count))
    }

    /// The hash of all that was combined so far.
    @inline(__always)
    public var value: UInt64 { Self.fold(state ^ 0x1d8e_4e27_c47d_124f, 0xeb44_acca_b455_d165) }

    /// The hash of one text, for names that are hashed once and kept.
    public static func of(_ text: String) -> UInt64 {
        var hash = StableHash()
        hash.combine(text)
        return hash.value
    }
}
