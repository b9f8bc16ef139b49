// The typed caller of the analytics service, by ClickHouse's HTTP interface.

import HTTPTypes
import NIOCore
public import Wire

/// Inserts, queries and counts rows. Every method throws ``Wire/CallError``; the body of an `unexpectedStatus` is ClickHouse's
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

    /// Inserts rows without waiting until they can be read (`async_insert=1`, `wait_for_async_insert=0`): they become
    /// visible together, some 200 ms later.
    public func insertSoon(into table: String, _ rows: [JSONValue]) async throws {
        var call = Call(.post, "/?async_insert=1&wait_for_async_insert=0")
        call.body.writeString("INSERT INTO \(Self.name(table)) FORMAT JSONEachRow\n" + rows.map { $0.text + "\n" }.joined())
        _ = try await caller.reply(to: call)
    }

    /// Executes a statement that gives no rows: CREATE, DROP, INSERT ... SELECT. `parameters` are the values of
    /// `{name:Type}` in it.
    public func execute(_ sql: String, parameters: [String: String] = [:]) async throws {
        _ = try await caller.reply(to: Self.call(sql, parameters, format: nil))
    }

    /// The rows of a SELECT that names no format, each an object with the names of the result's columns. 64-bit integers
    /// are texts. `parameters` are the values of `{name:Type}` in it.
    public func query(_ sql: String, parameters: [String: String] = [:]) async throws -> [JSONObject] {
        let call = Self.call(sql, parameters, format: "JSONEachRow")
        let reply = try await caller.reply(to: call)
        guard reply.head.headerFields[HTTPField.Name("X-ClickHouse-Format")!] == "JSONEachRow" else {
            throw CallError.unexpectedBody(
                service: caller.service, request: call.summary, reason: "rows in the format JSONEachRow are expected")
        }
        return try reply.text.split(separator: "\n").map { line in
            guard let row = (try? JSONValue(json: String(line)))?.object else {
                throw CallError.unexpectedBody(
                    service: caller.service, request: call.summary, reason: "this is no JSON object: \(line.prefix(200))")
            }
            return row
        }
    }

    private static func call(_ sql: String, _ parameters: [String: String], format: String?) -> Call {
        var fields = parameters.sorted { $0.key < $1.key }.map { ("param_" + $0.key, $0.value) }
        if let format { fields.append(("default_format", format)) }
        let query = fields.map { "\(encoded($0.0))=\(encoded($0.1))" }.joined(separator: "&")
        return Call(.post, query.isEmpty ? "/" : "/?" + query, body: ByteBuffer(string: sql))
    }

    /// Percent-encoded, all but letters, digits and `-._~` (RFC 3986, section 2.3).
    private static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if byte < 0x80, Character(scalar).isLetter || Character(scalar).isNumber || "-._~".utf8.contains(byte) {
                encoded.unicodeScalars.append(scalar)
            } else {
                encoded += byte < 16 ? "%0" : "%"
                encoded += String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
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
