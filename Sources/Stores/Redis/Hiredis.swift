// The functions of hiredis that are used, looked up when the first connection is opened.

import CHiredis
import StoreKit

/// The library, loaded.
struct Hiredis: Sendable {
    typealias Context = UnsafeMutablePointer<redisContext>

    let connectHost: @convention(c) (UnsafePointer<CChar>, CInt, timeval) -> Context?
    let connectSocket: @convention(c) (UnsafePointer<CChar>, timeval) -> Context?
    let setTimeout: @convention(c) (Context, timeval) -> CInt
    let format:
        @convention(c) (
            UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>, CInt, UnsafeMutablePointer<UnsafePointer<CChar>?>,
            UnsafePointer<Int>
        ) -> CInt
    let freeFormatted: @convention(c) (UnsafeMutablePointer<CChar>) -> Void
    let append: @convention(c) (Context, UnsafePointer<CChar>, Int) -> CInt
    let reply: @convention(c) (Context, UnsafeMutablePointer<UnsafeMutableRawPointer?>) -> CInt
    let readerReply: @convention(c) (UnsafeMutableRawPointer, UnsafeMutablePointer<UnsafeMutableRawPointer?>) -> CInt
    let freeReply: @convention(c) (UnsafeMutableRawPointer) -> Void
    let free: @convention(c) (Context) -> Void

    /// Loads the library, or finds it loaded. Throws an `InputError` that says what to install.
    init() throws {
        let library = LazyLibrary.hiredis(major: Int(HIREDIS_MAJOR))
        func function<Function>(_ name: String) throws -> Function { try library.function(name, as: Function.self) }
        connectHost = try function("redisConnectWithTimeout")
        connectSocket = try function("redisConnectUnixWithTimeout")
        setTimeout = try function("redisSetTimeout")
        format = try function("redisFormatCommandArgv")
        freeFormatted = try function("redisFreeCommand")
        append = try function("redisAppendFormattedCommand")
        reply = try function("redisGetReply")
        readerReply = try function("redisReaderGetReply")
        freeReply = try function("freeReplyObject")
        free = try function("redisFree")
    }
}
