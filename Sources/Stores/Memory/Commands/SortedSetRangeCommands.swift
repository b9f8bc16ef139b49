// Ranges of sorted sets: by place, by score and by the bytes of the members.

import StoreKit

enum SortedSetRangeCommands {
    static let all: [Command] = [
        Command("zrange", -4, .readOnly) { database, arguments in
            let query = try Query(arguments, options: 4)
            return query.reply(query.select(try database.read(arguments[1], .sortedSet)?.items ?? []))
        },
        Command("zrevrange", -4, .readOnly) { try range(&$0, $1, .place, isReversed: true) },
        Command("zrangebyscore", -4, .readOnly) { try range(&$0, $1, .score, isReversed: false) },
        Command("zrevrangebyscore", -4, .readOnly) { try range(&$0, $1, .score, isReversed: true) },
        Command("zrangebylex", -4, .readOnly) { try range(&$0, $1, .bytes, isReversed: false) },
        Command("zrevrangebylex", -4, .readOnly) { try range(&$0, $1, .bytes, isReversed: true) },
        Command("zrangestore", -5, .write) { database, arguments in
            let query = try Query(Arguments(all: [arguments[0]] + arguments.from(2)), options: 4)
            if query.withScores { throw CacheError.syntax }
            var chosen = SortedMembers()
            for item in query.select(try database.read(arguments[2], .sortedSet)?.items ?? []) {
                chosen.set(item.member, item.score)
            }
            if chosen.isEmpty {
                database.remove(arguments[1])
            } else {
                database.put(arguments[1], .sortedSet(chosen), deadline: nil)
            }
            return .integer(Int64(chosen.count))
        },
        Command("zcount", 4, [.readOnly, .fast]) { database, arguments in
            let bounds = try ScoreBounds(arguments[2], arguments[3])
            let items = try database.read(arguments[1], .sortedSet)?.items ?? []
            return .integer(Int64(items.count { bounds.contains($0) }))
        },
        Command("zlexcount", 4, [.readOnly, .fast]) { database, arguments in
            let bounds = try ByteBounds(arguments[2], arguments[3])
            let items = try database.read(arguments[1], .sortedSet)?.items ?? []
            return .integer(Int64(items.count { bounds.contains($0) }))
        },
        Command("zremrangebyrank", 4, .write) { try remove(&$0, $1, .place) },
        Command("zremrangebyscore", 4, .write) { try remove(&$0, $1, .score) },
        Command("zremrangebylex", 4, .write) { try remove(&$0, $1, .bytes) },
    ]

    private static func range(
        _ database: inout Database, _ arguments: Arguments, _ order: Query.Order, isReversed: Bool
    ) throws -> CacheReply {
        let query = try Query(arguments, options: 4, order: order, isReversed: isReversed)
        return query.reply(query.select(try database.read(arguments[1], .sortedSet)?.items ?? []))
    }

    private static func remove(_ database: inout Database, _ arguments: Arguments, _ order: Query.Order) throws -> CacheReply {
        let query = try Query(arguments, options: 4, order: order, isReversed: false)
        let chosen = query.select(try database.read(arguments[1], .sortedSet)?.items ?? [])
        if !chosen.isEmpty {
            try database.change(arguments[1], .sortedSet) { members, _ in for item in chosen { members.remove(item.member) } }
        }
        return .integer(Int64(chosen.count))
    }
}

/// What a range command asks for.
private struct Query {
    enum Order { case place, score, bytes }
    typealias Item = SortedMembers.Item

    private(set) var withScores = false
    private var isReversed: Bool
    private var limit: (offset: Int64, count: Int64)?
    private var places: (first: Int64, last: Int64)?
    private var contains: (Item) -> Bool = { _ in true }

    /// Reads the bounds at 2 and 3 and the options behind them; ZRANGE names its order among these.
    init(_ arguments: Arguments, options first: Int, order fixed: Order? = nil, isReversed: Bool = false) throws {
        self.isReversed = isReversed
        var order = fixed
        var place = first
        while place < arguments.count {
            switch arguments.word(place) {
            case "withscores": withScores = true
            case "limit" where place + 2 < arguments.count:
                limit = (try arguments.integer(place + 1), try arguments.integer(place + 2))
                place += 2
            case "rev" where fixed == nil && !self.isReversed: self.isReversed = true
            case "byscore" where order == nil: order = .score
            case "bylex" where order == nil: order = .bytes
            default: throw CacheError.syntax
            }
            place += 1
        }
        let chosen = order ?? .place
        if limit != nil, chosen == .place {
            throw CacheError("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX")
        }
        if withScores, chosen == .bytes {
            throw CacheError("ERR syntax error, WITHSCORES not supported in combination with BYLEX")
        }
        // A reversed range is given from its high end.
        let (low, high) = self.isReversed ? (3, 2) : (2, 3)
        switch chosen {
        case .place: places = (try arguments.integer(2), try arguments.integer(3))
        case .score:
            let bounds = try ScoreBounds(arguments[low], arguments[high])
            contains = { bounds.contains($0) }
        case .bytes:
            let bounds = try ByteBounds(arguments[low], arguments[high])
            contains = { bounds.contains($0) }
        }
    }

    /// The items of the range, in the order asked for.
    func select(_ items: [Item]) -> [Item] {
        var chosen = items
        if isReversed { chosen.reverse() }
        if let places { return Array(chosen[Places.range(places.first, places.last, count: chosen.count) ?? 0..<0]) }
        chosen = chosen.filter(contains)
        guard let limit else { return chosen }
        guard limit.offset >= 0 else { return [] }
        let rest = chosen.dropFirst(Int(clamping: limit.offset))
        return Array(limit.count < 0 ? rest : rest.prefix(Int(clamping: limit.count)))
    }

    func reply(_ items: [Item]) -> CacheReply {
        withScores
            ? .pairs(items.flatMap { [.bytes($0.member), .double($0.score)] }) : .array(items.map { .bytes($0.member) })
    }
}

/// Scores between two, as `1`, `(1`, `-inf` and `+inf` write them.
private struct ScoreBounds {
    private let low: (score: Double, isOpen: Bool)
    private let high: (score: Double, isOpen: Bool)

    init(_ low: CacheBytes, _ high: CacheBytes) throws {
        (self.low, self.high) = (try Self.bound(low), try Self.bound(high))
    }

    private static func bound(_ bytes: CacheBytes) throws -> (Double, Bool) {
        let isOpen = bytes.bytes.first == UInt8(ascii: "(")
        guard let score = CacheNumber.double(isOpen ? CacheBytes(Array(bytes.bytes.dropFirst())) : bytes) else {
            throw CacheError("ERR min or max is not a float")
        }
        return (score, isOpen)
    }

    func contains(_ item: SortedMembers.Item) -> Bool {
        (low.isOpen ? item.score > low.score : item.score >= low.score)
            && (high.isOpen ? item.score < high.score : item.score <= high.score)
    }
}

/// Members between two, as `[a`, `(a`, `-` and `+` write them.
private struct ByteBounds {
    private enum Bound {
        case lowest, highest
        case closed(CacheBytes), open(CacheBytes)

        init(_ bytes: CacheBytes) throws {
            let rest = CacheBytes(Array(bytes.bytes.dropFirst()))
            switch (bytes.bytes.first, bytes.count) {
            case (UInt8(ascii: "-"), 1): self = .lowest
            case (UInt8(ascii: "+"), 1): self = .highest
            case (UInt8(ascii: "["), _): self = .closed(rest)
            case (UInt8(ascii: "("), _): self = .open(rest)
            default: throw CacheError("ERR min or max not valid string range item")
            }
        }
    }

    private let low: Bound
    private let high: Bound

    init(_ low: CacheBytes, _ high: CacheBytes) throws { (self.low, self.high) = (try Bound(low), try Bound(high)) }

    func contains(_ item: SortedMembers.Item) -> Bool {
        let isAbove =
            switch low {
            case .lowest: true
            case .highest: false
            case .closed(let bound): bound <= item.member
            case .open(let bound): bound < item.member
            }
        let isBelow =
            switch high {
            case .lowest: false
            case .highest: true
            case .closed(let bound): item.member <= bound
            case .open(let bound): item.member < bound
            }
        return isAbove && isBelow
    }
}
