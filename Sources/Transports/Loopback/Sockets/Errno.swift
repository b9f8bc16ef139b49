// The two error numbers of sockets that the transport tells apart.

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Error numbers by their names.
enum Errno {
    /// Another socket listens at the address.
    static let addressInUse = EADDRINUSE
    /// Nobody listens at the address.
    static let connectionRefused = ECONNREFUSED
}

/// Error numbers in words.
enum ErrnoText {
    /// What the system says of an error number, in lower case, as it stands within a sentence.
    static func of(_ number: CInt) -> String {
        let text = String(cString: strerror(number))
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
