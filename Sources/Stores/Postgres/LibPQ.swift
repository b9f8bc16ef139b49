// The functions of libpq that are used, looked up when the first connection is opened.

import CLibPQ
import StoreKit

/// The library, loaded. A connection and a result are pointers to what only the library knows.
struct LibPQ: Sendable {
    typealias Pointer = OpaquePointer
    typealias Text = UnsafePointer<CChar>

    let connect: @convention(c) (Text) -> Pointer?
    let status: @convention(c) (Pointer) -> CInt
    let errorMessage: @convention(c) (Pointer) -> Text?
    let finish: @convention(c) (Pointer) -> Void
    let socket: @convention(c) (Pointer) -> CInt
    let setNonBlocking: @convention(c) (Pointer, CInt) -> CInt
    let setNoticeReceiver:
        @convention(c) (
            Pointer, (@convention(c) (UnsafeMutableRawPointer?, Pointer?) -> Void)?, UnsafeMutableRawPointer?
        ) -> UnsafeMutableRawPointer?
    let sendPrepare: @convention(c) (Pointer, Text, Text, CInt, UnsafePointer<UInt32>?) -> CInt
    let sendPrepared:
        @convention(c) (
            Pointer, Text, CInt, UnsafePointer<Text?>?, UnsafePointer<CInt>?, UnsafePointer<CInt>?, CInt
        ) -> CInt
    let flush: @convention(c) (Pointer) -> CInt
    let consumeInput: @convention(c) (Pointer) -> CInt
    let isBusy: @convention(c) (Pointer) -> CInt
    let result: @convention(c) (Pointer) -> Pointer?
    let transactionStatus: @convention(c) (Pointer) -> CInt
    let resultStatus: @convention(c) (Pointer) -> CInt
    let errorField: @convention(c) (Pointer, CInt) -> Text?
    let rowCount: @convention(c) (Pointer) -> CInt
    let columnCount: @convention(c) (Pointer) -> CInt
    let columnName: @convention(c) (Pointer, CInt) -> Text?
    let columnType: @convention(c) (Pointer, CInt) -> UInt32
    let isNull: @convention(c) (Pointer, CInt, CInt) -> CInt
    let value: @convention(c) (Pointer, CInt, CInt) -> Text?
    let valueLength: @convention(c) (Pointer, CInt, CInt) -> CInt
    let clear: @convention(c) (Pointer) -> Void

    /// Loads the library, or finds it loaded. Throws an `InputError` that says what to install.
    init() throws {
        func function<Function>(_ name: String) throws -> Function { try LazyLibrary.pq.function(name, as: Function.self) }
        connect = try function("PQconnectdb")
        status = try function("PQstatus")
        errorMessage = try function("PQerrorMessage")
        finish = try function("PQfinish")
        socket = try function("PQsocket")
        setNonBlocking = try function("PQsetnonblocking")
        setNoticeReceiver = try function("PQsetNoticeReceiver")
        sendPrepare = try function("PQsendPrepare")
        sendPrepared = try function("PQsendQueryPrepared")
        flush = try function("PQflush")
        consumeInput = try function("PQconsumeInput")
        isBusy = try function("PQisBusy")
        result = try function("PQgetResult")
        transactionStatus = try function("PQtransactionStatus")
        resultStatus = try function("PQresultStatus")
        errorField = try function("PQresultErrorField")
        rowCount = try function("PQntuples")
        columnCount = try function("PQnfields")
        columnName = try function("PQfname")
        columnType = try function("PQftype")
        isNull = try function("PQgetisnull")
        value = try function("PQgetvalue")
        valueLength = try function("PQgetlength")
        clear = try function("PQclear")
    }
}
