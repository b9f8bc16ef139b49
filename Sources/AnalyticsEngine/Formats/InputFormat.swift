// Input formats: how bytes become the rows of an INSERT.

/// A format from which rows are read.
struct InputFormat: Sendable {
    /// What a reader gets.
    struct Input {
        let data: ArraySlice<UInt8>
        /// The columns that the rows bring, in their order.
        let columns: [TableColumn]
        let context: Context

        var reader: ValueReader { ValueReader(context: context) }
    }

    let name: String
    let read: @Sendable (Input) throws -> InputRows

    private static let all: [InputFormat] = TabSeparatedFormat.inputs + CSVFormat.inputs + JSONEachRowFormat.inputs

    private static let aliases = [
        "tsv": "tabseparated", "tsvwithnames": "tabseparatedwithnames", "tsvwithnamesandtypes": "tabseparatedwithnamesandtypes",
        "ndjson": "jsoneachrow", "jsonlines": "jsoneachrow",
    ]

    /// The format of a name. Throws 73.
    static func named(_ name: String) throws -> InputFormat {
        let lower = aliases[name.lowercased()] ?? name.lowercased()
        guard let format = all.first(where: { $0.name.lowercased() == lower }) else {
            if (try? OutputFormat.named(name)) != nil {
                throw EngineError(.formatIsNotSuitableForInput, "Format \(name) is not suitable for input")
            }
            throw EngineError(.unknownFormat, "Unknown format \(name)." + EngineError.hint(name, among: all.map(\.name)))
        }
        return format
    }

    /// Which column of the input each name of a header is. Throws 117 for a name that is none.
    static func places(_ names: [String], _ input: Input) throws -> [Int] {
        try names.map { name in
            guard let place = input.columns.firstIndex(where: { $0.name == name }) else {
                throw EngineError(
                    .incorrectData,
                    "Unknown field found in header: '\(name)'." + EngineError.hint(name, among: input.columns.map(\.name)))
            }
            return place
        }
    }
}

/// Rows as they are read, column by column; nil where the row says nothing and the default stands.
struct InputRows {
    var values: [[Value?]]
    private(set) var count = 0

    init(columns: [TableColumn]) { values = columns.map { _ in [] } }

    /// Adds a row; `value` gives that of each place. What it throws gets the row's number.
    mutating func add(_ number: Int, _ value: (Int) throws -> Value?) throws {
        do {
            for place in values.indices { values[place].append(try value(place)) }
        } catch let error as EngineError {
            guard !error.message.hasSuffix("(at row \(number))") else { throw error }
            throw EngineError(error.code, error.message + ": (at row \(number))")
        }
        count += 1
    }
}
