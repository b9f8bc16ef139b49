// Settings: those that the engine heeds, with their defaults; all others are kept and have no effect.

/// The settings of a statement.
public struct Settings: Sendable {
    private var values: [String: Value] = [:]

    /// The defaults.
    public init() {}

    /// Those that have an effect, and their defaults, in the order of their names.
    public static let known: [(name: String, value: String, summary: String)] = [
        ("async_insert", "0", "Collect inserts in a buffer before they become visible"),
        ("async_insert_busy_timeout_ms", "200", "How long the buffer collects"),
        ("input_format_skip_unknown_fields", "0", "Leave out what an inserted row has beyond the table"),
        ("insert_deduplication_token", "", "A block with a token that was inserted before is not stored again"),
        ("join_use_nulls", "0", "What a join does not find is NULL"),
        ("max_block_size", "65409", "Rows of a block that is read"),
        ("max_result_rows", "0", "Largest result, in rows"),
        ("max_rows_to_read", "0", "Most rows that may be read"),
        ("output_format_json_quote_64bit_integers", "1", "Quote 64-bit integers in JSON"),
        ("output_format_json_quote_denormals", "0", "Write nan and inf in JSON as texts, not as null"),
        ("readonly", "0", "1: only read; 2: only read and change settings"),
        ("transform_null_in", "0", "NULL equals NULL in IN"),
        ("wait_for_async_insert", "1", "Answer when the buffer was written"),
    ]

    /// Sets one. Throws 115 for a name that no setting of ClickHouse could have.
    public mutating func set(_ name: String, _ value: Value) throws {
        let isName = name.utf8.allSatisfy { Lexer.continuesWord($0) } && name.utf8.contains(UInt8(ascii: "_"))
        guard isName || Self.known.contains(where: { $0.name == name }) || Self.plain.contains(name) else {
            throw EngineError(
                .unknownSetting,
                "Setting \(name) is neither a builtin setting nor started with the prefix 'SQL_' registered "
                    + "for user-defined settings." + EngineError.hint(name, among: Self.known.map(\.name)))
        }
        values[name] = value
    }

    private static let plain: Set<String> = ["database", "profile", "readonly", "extremes", "compress", "decompress", "priority"]

    /// The value that was set.
    subscript(_ name: String) -> Value? { values[name] }

    /// A number: 0 for false, and where nothing or no number was set, the default.
    public func integer(_ name: String) -> Int64 {
        switch values[name] {
        case .text(let text): return Int64(String(decoding: text, as: UTF8.self)) ?? (text.elementsEqual("true".utf8) ? 1 : 0)
        case let value?: return value.integer ?? 0
        case nil: return Self.known.first { $0.name == name }.flatMap { Int64($0.value) } ?? 0
        }
    }

    func isOn(_ name: String) -> Bool { integer(name) != 0 }

    /// A text; nil where none was set.
    public func text(_ name: String) -> String? {
        guard case .text(let text) = values[name] else { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    /// These settings, with others put over them.
    public func merged(with others: Settings) -> Settings {
        var merged = self
        merged.values.merge(others.values) { _, new in new }
        return merged
    }

    /// What was set, in the order of names.
    var changed: [(name: String, value: Value)] { values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
}
