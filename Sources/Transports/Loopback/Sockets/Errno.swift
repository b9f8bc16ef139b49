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
