// An engine for tests: statements in, text out, with a fixed time and counted chance.

import Testing

@testable import AnalyticsEngine

/// An engine, and the statements run so far.
struct EngineRig {
    private var engine = Engine()
    var settings = Settings()
    var parameters: [String: String] = [:]
    var quirks = Quirks()
    private var chance: UInt64 = 0

    /// 2026-01-01 00:00:00.123 UTC.
    static let now: Int64 = 1_767_225_600_123_000_000

    /// The output of a statement. Throws what it throws.
    @discardableResult
    mutating func run(_ sql: String, format: String = "TabSeparated") throws -> String {
        try String(decoding: run(bytes: Array(sql.utf8), format: format), as: UTF8.self)
    }

    mutating func run(bytes: [UInt8], format: String = "TabSeparated") throws -> [UInt8] {
        var count = chance
        defer { chance = count }
        let context = Context(
            now: Self.now, settings: settings, parameters: parameters, quirks: quirks,
            random: {
                count += 1
                return count &* 0x9E37_79B9_7F4A_7C15
            })
        var statistics = OutputFormat.Statistics()
        switch try engine.execute(bytes, context, defaultFormat: format, statistics: &statistics) {
        case .rows(let result, let format): return try Engine.bytes(result, format, context, statistics)
        case .insertion(let insertion):
            engine.catalog.commit(insertion)
            return []
        case .done: return []
        }
    }

    /// The code of the error that a statement gives; nil where it gives none.
    mutating func code(_ sql: String) -> Int? {
        do {
            try run(sql)
            return nil
        } catch let error as EngineError {
            return error.code.rawValue
        } catch {
            return -1
        }
    }
}

/// What one statement gives in a new engine.
func query(_ sql: String, format: String = "TabSeparated") throws -> String {
    var rig = EngineRig()
    return try rig.run(sql, format: format)
}
