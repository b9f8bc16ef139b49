// Blocks that come one after the other, made when they are asked for.

/// A stream of blocks.
final class BlockStream {
    private let pull: () throws -> Block?
    /// The row of totals, known once the last block was taken.
    var totals: Block?
    /// How many rows there were before LIMIT cut them; nil where nothing did.
    var rowsBeforeLimit: Int?

    init(_ pull: @escaping () throws -> Block?) { self.pull = pull }

    /// The blocks of a list.
    convenience init(_ blocks: [Block]) {
        var rest = blocks[...]
        self.init { rest.popFirst() }
    }

    /// The next block, or nil at the end. Blocks may be empty.
    func next() throws -> Block? { try pull() }

    /// Everything that is left, as one block; nil where no block came.
    func all() throws -> Block? {
        var joined: Block?
        while let block = try next() {
            if joined == nil { joined = block } else { joined?.append(block) }
        }
        return joined
    }

    /// The same blocks changed, totals and counts handed on.
    func mapped(totals change: ((Block) throws -> Block)? = nil, _ body: @escaping (Block) throws -> Block?) -> BlockStream {
        weak var result: BlockStream?
        let stream = BlockStream { [self] in
            while let block = try next() {
                if let changed = try body(block) { return changed }
            }
            result?.totals = try totals.map { try change?($0) ?? $0 }
            result?.rowsBeforeLimit = rowsBeforeLimit
            return nil
        }
        result = stream
        return stream
    }
}
