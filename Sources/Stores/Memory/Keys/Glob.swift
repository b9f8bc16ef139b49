// Patterns of KEYS, SCAN and PSUBSCRIBE (https://redis.io/docs/latest/commands/keys/): `*`, `?`, `[a-c]`, `[^x]`, `\`.

import StoreKit

/// A glob-style pattern over bytes.
struct Glob {
    private enum Piece {
        case byte(UInt8)
        case any
        case anything
        case oneOf([ClosedRange<UInt8>], isNegated: Bool)
    }

    private let pieces: [Piece]

    init(_ pattern: CacheBytes) {
        let bytes = pattern.bytes
        var pieces: [Piece] = []
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "*"):
                if case .anything? = pieces.last {} else { pieces.append(.anything) }
            case UInt8(ascii: "?"): pieces.append(.any)
            case UInt8(ascii: "["): pieces.append(Self.readSet(bytes, &index))
            case UInt8(ascii: "\\") where index + 1 < bytes.count:
                index += 1
                pieces.append(.byte(bytes[index]))
            default: pieces.append(.byte(bytes[index]))
            }
            index += 1
        }
        self.pieces = pieces
    }

    /// Reads a set from its opening bracket on; the index ends at its closing one, or at the pattern's end.
    private static func readSet(_ bytes: [UInt8], _ index: inout Int) -> Piece {
        index += 1
        let isNegated = index < bytes.count && bytes[index] == UInt8(ascii: "^")
        if isNegated { index += 1 }
        var ranges: [ClosedRange<UInt8>] = []
        while index < bytes.count, bytes[index] != UInt8(ascii: "]") {
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count {
                index += 1
                ranges.append(bytes[index]...bytes[index])
            } else if index + 2 < bytes.count, bytes[index + 1] == UInt8(ascii: "-") {
                let (low, high) = (bytes[index], bytes[index + 2])
                ranges.append(min(low, high)...max(low, high))
                index += 2
            } else {
                ranges.append(bytes[index]...bytes[index])
            }
            index += 1
        }
        return .oneOf(ranges, isNegated: isNegated)
    }

    /// Whether some bytes match the whole pattern. O(pattern * bytes) at worst, whatever the pattern.
    func matches(_ bytes: CacheBytes) -> Bool {
        let bytes = bytes.bytes
        var (piece, byte) = (0, 0)
        // Where to go on when what follows the latest star does not fit: the star takes one byte more.
        var retry: (piece: Int, byte: Int)?
        while byte < bytes.count {
            if piece < pieces.count, case .anything = pieces[piece] {
                retry = (piece + 1, byte)
                piece += 1
            } else if piece < pieces.count, Self.fits(pieces[piece], bytes[byte]) {
                (piece, byte) = (piece + 1, byte + 1)
            } else if let last = retry {
                retry = (last.piece, last.byte + 1)
                (piece, byte) = (last.piece, last.byte + 1)
            } else {
                return false
            }
        }
        while piece < pieces.count, case .anything = pieces[piece] { piece += 1 }
        return piece == pieces.count
    }

    private static func fits(_ piece: Piece, _ byte: UInt8) -> Bool {
        switch piece {
        case .byte(let wanted): wanted == byte
        case .any, .anything: true
        case .oneOf(let ranges, let isNegated): ranges.contains { $0.contains(byte) } != isNegated
        }
    }
}
