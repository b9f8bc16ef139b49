// Output formats: how the rows of a result become bytes.

/// A format in which results are written.
public struct OutputFormat: Sendable {
    /// Its name: `JSONEachRow`.
    public let name: String
    /// The media type of what it writes.
    public let contentType: String
    let write: @Sendable (QueryResult, Context, Statistics) throws -> [UInt8]

    /// What a statement read, for formats that tell.
    public struct Statistics: Sendable {
        /// Rows read.
        public var readRows = 0
        /// Bytes read.
        public var readBytes = 0
        /// Nanoseconds that it took, as the caller's clock says.
        public var elapsed: Int64 = 0

        /// Nothing read.
        public init() {}
    }

    /// All formats. A new format is one file, and its lines here.
    private static let all: [OutputFormat] =
        TabSeparatedFormat.outputs + CSVFormat.outputs + JSONFormat.outputs + JSONEachRowFormat.outputs + ValuesFormat.outputs
        + VerticalFormat.outputs + PrettyFormat.outputs + [
            OutputFormat(name: "Null", contentType: "text/plain; charset=UTF-8") { _, _, _ in [] }
        ]

    private static let aliases = [
        "TSV": "TabSeparated", "TSVRaw": "TabSeparatedRaw", "TSVWithNames": "TabSeparatedWithNames", "Raw": "TabSeparatedRaw",
        "TSVWithNamesAndTypes": "TabSeparatedWithNamesAndTypes", "NDJSON": "JSONEachRow", "JSONLines": "JSONEachRow",
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name.lowercased(), $0) })

    /// The format of a name. Throws 73.
    static func named(_ name: String) throws -> OutputFormat {
        let lower = name.lowercased()
        let full = aliases.first { $0.key.lowercased() == lower }?.value.lowercased() ?? lower
        guard let format = byName[full] else {
            throw EngineError(.unknownFormat, "Unknown format \(name)." + EngineError.hint(name, among: all.map(\.name)))
        }
        return format
    }
}

extension QueryResult {
    /// Writes the value of a row and column.
    func write(_ row: Int, _ column: Int, of block: Block, _ text: ValueText, _ out: inout [UInt8]) throws {
        let values = block.columns[column]
        try text.write(values.column, values.isConstant ? 0 : row, values.type, &out)
    }
}
