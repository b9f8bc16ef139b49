// The typed caller of the analytics service, by ClickHouse's HTTP interface.

import HTTPTypes
import NIOCore
public import Wire

/// Inserts and counts rows. Every method throws ``Wire/CallError``; the body of an `unexpectedStatus` is ClickHouse's
/// text, `Code: 60. DB::Exception: ...`.
public struct AnalyticsClient: Sendable {
    private let caller: Caller

    /// A client that calls through `caller`.
    public init(_ caller: Caller) { self.caller = caller }

    /// Whether the service says that it is there (GET `/ping`).
    public func ping() async throws -> Bool { try await caller.reply(to: .get("/ping")).text == "Ok.\n" }

    /// Inserts rows into a table, all or none: every row a JSON object with the names of columns.
    public func insert(into table: String, _ rows: [JSONValue]) async throws {
        var body = ByteBuffer(string: "INSERT INTO \(Self.name(table)) FORMAT JSONEachRow\n")
        for row in rows {
            body.writeImmutableBuffer(row.buffer)
            body.writeStaticString("\n")
        }
        _ = try await caller.reply(to: Call(.post, "/", body: body))
    }

    /// How many rows of a table have these texts in these columns.
    public func count(_ table: String, where conditions: [String: String] = [:]) async throws -> Int {
        var sql = "SELECT count() FROM \(Self.name(table))"
        let texts = conditions.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key, "`")) = \(Self.quoted($0.value, "'"))" }
        if !texts.isEmpty { sql += " WHERE " + texts.joined(separator: " AND ") }
        let call = Call(.post, "/", body: ByteBuffer(string: sql + " FORMAT TabSeparated"))
        let text = try await caller.reply(to: call).text
        guard text.hasSuffix("\n"), let count = Int(text.dropLast()) else {
            throw CallError.unexpectedBody(
                service: caller.service, request: call.summary, reason: "a number is expected, not '\(text.prefix(80))'")
        }
        return count
    }

    /// A table's name with its parts quoted: `database.table` is two names.
    private static func name(_ table: String) -> String {
        table.split(separator: ".", maxSplits: 1).map { quoted(String($0), "`") }.joined(separator: ".")
    }

    /// Scalar by scalar, as the server reads it: an accent behind a quote must not hide the quote.
    private static func quoted(_ text: String, _ quote: Unicode.Scalar) -> String {
        var quoted = String.UnicodeScalarView([quote])
        for scalar in text.unicodeScalars {
            if scalar == quote || scalar == "\\" { quoted.append("\\") }
            quoted.append(scalar)
        }
        quoted.append(quote)
        return String(quoted)
    }
}
