// The parameters of a URL's query, as ClickHouse reads them: percent-encoded, with `+` for a space.

import Foundation

/// The parameters of a query.
struct QueryParameters {
    private let pairs: [(name: String, value: String)]

    /// Reads the part of a URL behind `?`.
    init(_ query: String?) {
        pairs = (query ?? "").split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decode(parts[0]), parts.count == 2 ? Self.decode(parts[1]) : "")
        }
    }

    /// The value of the first parameter of this name.
    subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

    private static func decode(_ text: Substring) -> String {
        let spaced = text.replacing("+", with: " ")
        return spaced.removingPercentEncoding ?? String(spaced)
    }
}
