// The one connection to an in-memory database. Everything here is synchronous: the asynchronous forms of the library
// hop to a queue of their own, which no simulation can follow.

import Foundation
import GRDB
import StoreKit
import Synchronization

/// A connection that runs one statement at a time, with its statements prepared once.
final class SQLiteConnection: Sendable {
    /// How many statements are kept prepared; further ones are prepared for every use.
    static let preparedLimit = 256

    private let queue: DatabaseQueue
    /// The statements that are kept prepared, in SQLite's own syntax, by the text they were given in.
    private let prepared = Mutex<[String: String]>([:])

    /// A connection to a new, empty database.
    init() throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        queue = try Self.translating {
            let queue = try DatabaseQueue(configuration: configuration)
            // PostgreSQL's LIKE tells upper case from lower case.
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA case_sensitive_like = ON") }
            return queue
        }
    }

    /// Runs one statement and returns its rows.
    func run(_ sql: String, _ parameters: [SQLValue]) throws -> [StoreKit.Row] {
        try Self.translating {
            try queue.writeWithoutTransaction { database in
                let statement = try self.statement(sql, in: database)
                try statement.setArguments(StatementArguments(parameters.map(\.databaseValue)))
                guard statement.columnCount > 0 else {
                    try statement.execute()
                    return []
                }
                let columns = statement.columnNames
                var rows: [StoreKit.Row] = []
                let cursor = try GRDB.Row.fetchCursor(statement)
                while let row = try cursor.next() {
                    rows.append(StoreKit.Row(columns: columns, values: row.databaseValues.map(SQLValue.init)))
                }
                return rows
            }
        }
    }

    /// Whether a transaction is open.
    var isInTransaction: Bool { queue.writeWithoutTransaction { $0.isInsideTransaction } }

    /// Ends the open transaction without a trace. Cannot fail in memory; where SQLite ended it already, nothing is left to do.
    func rollback() { try? queue.writeWithoutTransaction { try $0.rollback() } }

    func close() throws {
        try Self.translating {
            prepared.withLock { $0 = [:] }
            try queue.close()
        }
    }

    private func statement(_ sql: String, in database: Database) throws -> Statement {
        let known: String? = prepared.withLock { prepared in
            if let known = prepared[sql] { return known }
            guard prepared.count < Self.preparedLimit else { return nil }
            let numbered = ParameterSyntax.numbered(sql)
            prepared[sql] = numbered
            return numbered
        }
        if let known { return try database.cachedStatement(sql: known) }
        return try database.makeStatement(sql: ParameterSyntax.numbered(sql))
    }

    private static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch { throw SQLState.error(error) }
    }
}

extension SQLValue {
    /// The value as SQLite stores it.
    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let value): value.databaseValue
        case .real(let value): value.databaseValue
        case .text(let value): value.databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }

    /// A value that SQLite stored.
    fileprivate init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let value): self = .integer(value)
        case .double(let value): self = .real(value)
        case .string(let value): self = .text(value)
        case .blob(let data): self = .blob(Array(data))
        }
    }
}
