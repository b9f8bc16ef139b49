// LIKE patterns: `%` for any text, `_` for any character, a backslash to mean either itself.

/// A pattern of LIKE.
struct LikePattern {
    private enum Piece: Equatable {
        case any, one
        case byte(UInt8)
    }

    private let pieces: [Piece]
    private let ignoresCase: Bool

    init(_ pattern: some Sequence<UInt8>, ignoresCase: Bool = false) {
        var pieces: [Piece] = []
        var isEscaped = false
        for byte in ignoresCase ? Self.folded(Array(pattern)) : Array(pattern) {
            if isEscaped {
                if byte != UInt8(ascii: "%"), byte != UInt8(ascii: "_"), byte != UInt8(ascii: "\\") {
                    pieces.append(.byte(UInt8(ascii: "\\")))
                }
                pieces.append(.byte(byte))
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "%") {
                if pieces.last != .any { pieces.append(.any) }
            } else {
                pieces.append(byte == UInt8(ascii: "_") ? .one : .byte(byte))
            }
        }
        if isEscaped { pieces.append(.byte(UInt8(ascii: "\\"))) }
        self.pieces = pieces
        self.ignoresCase = ignoresCase
    }

    private static func folded(_ text: [UInt8]) -> [UInt8] { Array(String(decoding: text, as: UTF8.self).lowercased().utf8) }

    /// Whether a text is so. O(text x pattern) at worst.
    func matches(_ text: ArraySlice<UInt8>) -> Bool {
        let text = ignoresCase ? Self.folded(Array(text))[...] : text
        var (index, piece) = (text.startIndex, 0)
        var retry: (piece: Int, index: Int)?
        while index < text.endIndex {
            if piece < pieces.count {
                switch pieces[piece] {
                case .any:
                    retry = (piece + 1, index)
                    piece += 1
                    continue
                case .one:
                    index = Self.nextCharacter(text, index)
                    piece += 1
                    continue
                case .byte(let byte) where text[index] == byte:
                    index += 1
                    piece += 1
                    continue
                default: break
                }
            }
            guard let last = retry else { return false }
            retry = (last.piece, last.index + 1)
            (piece, index) = (last.piece, last.index + 1)
        }
        return pieces[piece...].allSatisfy { $0 == .any }
    }

    private static func nextCharacter(_ text: ArraySlice<UInt8>, _ index: Int) -> Int {
        var next = index + 1
        while next < text.endIndex, text[next] & 0xC0 == 0x80 { next += 1 }
        return next
    }
}
