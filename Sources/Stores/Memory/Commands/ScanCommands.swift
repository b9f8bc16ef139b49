// SCAN and its kin (https://redis.io/docs/latest/commands/scan/): pages through keys while they change.

import StoreKit

enum ScanCommands {
    static let all: [Command] = [
        Command("scan", -2, .readOnly) { database, arguments in
            let (cursor, options) = (try cursor(arguments[1]), try Options(arguments, from: 2, hasType: true))
            let page = database.page(after: cursor, limit: options.count)
            let keys = page.keys.filter { key in
                options.glob.matches(key) && (options.type == nil || database.entry(key)?.value.typeName == options.type)
            }
            return answer(page.next, keys)
        },
        Command("hscan", -3, .readOnly) { database, arguments in
            let (cursor, options) = (try cursor(arguments[2]), try Options(arguments, from: 3, hasType: false))
            guard let fields = try database.read(arguments[1], .hash) else { return answer(0, []) }
            let page = fields.page(after: cursor, limit: options.count)
            return answer(page.next, page.keys.filter(options.glob.matches).flatMap { [$0, fields[$0]!] })
        },
        Command("sscan", -3, .readOnly) { database, arguments in
            let (cursor, options) = (try cursor(arguments[2]), try Options(arguments, from: 3, hasType: false))
            guard let members = try database.read(arguments[1], .set) else { return answer(0, []) }
            let page = members.page(after: cursor, limit: options.count)
            return answer(page.next, page.keys.filter(options.glob.matches))
        },
        Command("zscan", -3, .readOnly) { database, arguments in
            // All at once, as Redis does with small ones: a cursor by place would miss members whose scores change.
            let (_, options) = (try cursor(arguments[2]), try Options(arguments, from: 3, hasType: false))
            let items = try database.read(arguments[1], .sortedSet)?.items ?? []
            return answer(
                0,
                items.filter { options.glob.matches($0.member) }.flatMap { [$0.member, CacheBytes(CacheNumber.text($0.score))] })
        },
    ]

    private struct Options {
        var glob = Glob("*")
        var count = 10
        var type: String?

        init(_ arguments: Arguments, from first: Int, hasType: Bool) throws {
            var place = first
            while place < arguments.count {
                guard place + 1 < arguments.count else { throw CacheError.syntax }
                switch arguments.word(place) {
                case "match": glob = Glob(arguments[place + 1])
                case "type" where hasType: type = arguments.word(place + 1)
                case "count":
                    let number = try arguments.integer(place + 1)
                    guard number > 0 else { throw CacheError.syntax }
                    count = Int(number)
                default: throw CacheError.syntax
                }
                place += 2
            }
        }
    }

    private static func cursor(_ bytes: CacheBytes) throws -> UInt64 {
        guard let cursor = UInt64(bytes.text) else { throw CacheError("ERR invalid cursor") }
        return cursor
    }

    private static func answer(_ next: UInt64, _ found: [CacheBytes]) -> CacheReply {
        .array([.text(String(next)), .array(found.map { .bytes($0) })])
    }
}
