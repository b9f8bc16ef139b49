// One connection to PostgreSQL by libpq, in non-blocking mode: every call is driven to its end, with a deadline.

import CLibPQ
import Foundation
import Glibc
import Kernel
import StoreKit

/// A connection, used by one thread at a time. It connects when it is first used, and again after it was lost.
final class PostgresConnection: @unchecked Sendable {  // because only its lane uses it
    /// How many statements are kept prepared; further ones are prepared for every use.
    private static let preparedLimit = 256
    /// How long a statement may take, in milliseconds.
    private static let patience: Int64 = 30_000

    private let parameters: String
    /// What is run on every new connection.
    private let greeting: [String]
    private var library: LibPQ?
    private var connection: OpaquePointer?
    private var prepared: [String: String] = [:]

    /// A connection by libpq's parameters or address, not opened yet.
    init(_ parameters: String, greeting: [String] = []) {
        (self.parameters, self.greeting) = (parameters, greeting)
    }

    deinit { close() }

    /// Whether a transaction is open, be it a failed one.
    var isInTransaction: Bool {
        guard let connection, let library else { return false }
        let status = library.transactionStatus(connection)
        return status != PQTRANS_IDLE.rawValue && status != PQTRANS_UNKNOWN.rawValue
    }

    /// Runs one statement and returns its rows. Throws ``StoreKit/SQLError``; 08006 where the connection was lost, and
    /// with it the transaction.
    func run(_ sql: String, _ parameters: [SQLValue]) throws -> [Row] {
        let connection = try opened()
        let name: String
        if let known = prepared[sql] {
            name = known
        } else {
            name = prepared.count < Self.preparedLimit ? "s\(prepared.count)" : ""
            _ = try finish(connection, library!.sendPrepare(connection, name, sql, 0, nil))
            if !name.isEmpty { prepared[sql] = name }
        }
        let texts = try parameters.map(PostgresValue.parameter)
        return try withPointers(texts) { pointers in
            try finish(
                connection, library!.sendPrepared(connection, name, CInt(texts.count), pointers, nil, nil, 0))
        }
    }

    /// Ends an open transaction without a trace. Where the connection is lost the server has done so.
    func rollback() {
        guard isInTransaction else { return }
        do { _ = try run("ROLLBACK", []) } catch { close() }
    }

    /// Ends the connection.
    func close() {
        if let connection { library?.finish(connection) }
        connection = nil
        prepared = [:]
    }

    private func opened() throws -> OpaquePointer {
        if let connection, library?.status(connection) == CONNECTION_OK.rawValue.cint { return connection }
        close()
        if library == nil { library = try LibPQ() }
        guard let opened = library!.connect(parameters) else {
            throw SQLError(state: "53200", message: "There is no memory left for a connection.")
        }
        guard library!.status(opened) == CONNECTION_OK.rawValue.cint else {
            defer { library!.finish(opened) }
            throw SQLError(state: "08001", message: Self.firstLine(library!.errorMessage(opened)))
        }
        // Notices would go to standard error.
        _ = library!.setNoticeReceiver(opened, { _, _ in }, nil)
        _ = library!.setNonBlocking(opened, 1)
        connection = opened
        for statement in greeting { _ = try run(statement, []) }
        return opened
    }

    /// Calls `body` with the addresses of some texts.
    private func withPointers<Result>(
        _ texts: [[CChar]?], _ body: (UnsafePointer<UnsafePointer<CChar>?>) throws -> Result
    ) rethrows -> Result {
        let all = texts.flatMap { $0 ?? [] }
        return try all.withUnsafeBufferPointer { bytes in
            var offset = 0
            let pointers = texts.map { text -> UnsafePointer<CChar>? in
                guard let text else { return nil }
                defer { offset += text.count }
                return bytes.baseAddress! + offset
            }
            return try pointers.withUnsafeBufferPointer { pointers in
                if let base = pointers.baseAddress { return try body(base) }
                return try withUnsafePointer(to: nil as UnsafePointer<CChar>?) { try body($0) }
            }
        }
    }

    // MARK: Driving

    /// Drives what was sent to its end, and returns its rows.
    private func finish(_ connection: OpaquePointer, _ wasSent: CInt) throws -> [Row] {
        guard wasSent == 1 else { throw lost(connection) }
        let deadline = Self.now + Self.patience
        while true {
            let flushed = library!.flush(connection)
            if flushed < 0 { throw lost(connection) }
            if flushed == 0 { break }
            try wait(connection, POLLIN | POLLOUT, until: deadline)
            guard library!.consumeInput(connection) == 1 else { throw lost(connection) }
        }
        var outcome: Result<[Row], any Error> = .success([])
        while true {
            while library!.isBusy(connection) == 1 {
                try wait(connection, POLLIN, until: deadline)
                guard library!.consumeInput(connection) == 1 else { throw lost(connection) }
            }
            guard let result = library!.result(connection) else { break }
            defer { library!.clear(result) }
            outcome = Swift.Result { try read(result) }
        }
        if library!.status(connection) != CONNECTION_OK.rawValue.cint { throw lost(connection) }
        return try outcome.get()
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Waits for the socket. A statement that takes too long ends the connection: the server breaks it off then.
    private func wait(_ connection: OpaquePointer, _ events: Int32, until deadline: Int64) throws {
        var watched = pollfd(fd: library!.socket(connection), events: Int16(events), revents: 0)
        let left = deadline - Self.now
        if left > 0, poll(&watched, 1, CInt(left)) > 0 { return }
        if left > 0, errno == EINTR { return }
        close()
        throw SQLError(state: "57014", message: "The statement took more than \(Self.patience / 1000) s and was given up.")
    }

    private func lost(_ connection: OpaquePointer) -> SQLError {
        let reason = Self.firstLine(library?.errorMessage(connection))
        close()
        return SQLError(state: "08006", message: "The connection to PostgreSQL was lost: \(reason)")
    }

    // MARK: Results

    private func read(_ result: OpaquePointer) throws -> [Row] {
        let library = library!
        switch library.resultStatus(result) {
        case PGRES_COMMAND_OK.rawValue.cint: return []
        case PGRES_TUPLES_OK.rawValue.cint: break
        case PGRES_EMPTY_QUERY.rawValue.cint:
            throw SQLError(state: "42601", message: "There is no statement in this text.")
        default: throw error(of: result)
        }
        let columns = (0..<library.columnCount(result)).map { place in
            library.columnName(result, place).map { String(cString: $0) } ?? ""
        }
        let types = (0..<library.columnCount(result)).map { library.columnType(result, $0) }
        return (0..<library.rowCount(result)).map { row in
            Row(
                columns: columns,
                values: types.enumerated().map { place, type in
                    guard library.isNull(result, row, CInt(place)) == 0, let start = library.value(result, row, CInt(place))
                    else {
                        return .null
                    }
                    let length = Int(library.valueLength(result, row, CInt(place)))
                    return start.withMemoryRebound(to: UInt8.self, capacity: max(1, length)) {
                        PostgresValue.value(UnsafeBufferPointer(start: $0, count: length), type: type)
                    }
                })
        }
    }

    private func error(of result: OpaquePointer) -> SQLError {
        func field(_ letter: Character) -> String? {
            library!.errorField(result, CInt(letter.asciiValue!)).map { String(cString: $0) }
        }
        let state = field("C") ?? "XX000"
        var message = field("M") ?? "PostgreSQL gives no reason."
        // Errors of data quote the value that is wrong, which may be a parameter.
        if state.hasPrefix("22"), let colon = message.range(of: ": \"") { message = String(message[..<colon.lowerBound]) }
        return SQLError(state: state, message: message)
    }

    private static func firstLine(_ text: UnsafePointer<CChar>?) -> String {
        let text = text.map { String(cString: $0) } ?? ""
        return String(text.prefix { $0 != "\n" })
    }
}

extension UInt32 {
    /// As C's functions return what C's headers count without a sign.
    fileprivate var cint: CInt { CInt(bitPattern: self) }
}
