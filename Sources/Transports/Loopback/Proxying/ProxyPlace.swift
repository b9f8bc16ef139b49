// Addresses as a proxy is given them, 'host:port': where it listens, and what is behind it.

import NIOCore
import NIOPosix
import Wire

/// An address that cannot be used, in the words of Go's package net, which Toxiproxy's clients know.
public struct ProxyAddressError: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String
}

/// A host and a port.
struct ProxyPlace: Sendable, Equatable {
    let host: String
    let port: Int

    /// Reads `host:port`; a host of IPv6 stands in brackets, and either part may be missing.
    init(_ text: String) throws(ProxyAddressError) {
        let (host, port) = try Self.split(text)
        self.host = host
        self.port = try Self.number(of: port)
    }

    /// Host and port as they are written, told apart as Go's `net.SplitHostPort` does.
    private static func split(_ text: String) throws(ProxyAddressError) -> (host: String, port: Substring) {
        func error(_ reason: String) -> ProxyAddressError { ProxyAddressError(description: "address \(text): \(reason)") }
        guard let colon = text.lastIndex(of: ":") else { throw error("missing port in address") }
        var host = text[..<colon]
        var unchecked = text[...]
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw error("missing ']' in address") }
            let next = text.index(after: end)
            guard next == colon else {
                let isColon = next < text.endIndex && text[next] == ":"
                throw error(isColon ? "too many colons in address" : "missing port in address")
            }
            host = text[text.index(after: text.startIndex)..<end]
            unchecked = text[next...]
            if host.contains("[") { throw error("unexpected '[' in address") }
        } else if host.contains(":") {
            throw error("too many colons in address")
        }
        for bracket in ["[", "]"] where unchecked.contains(bracket) { throw error("unexpected '\(bracket)' in address") }
        return (String(host), text[text.index(after: colon)...])
    }

    /// The ports that Go knows by name wherever it runs and that a proxy may stand before.
    private static let named: KeyValuePairs = [
        "http": 80, "https": 443, "domain": 53, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "imaps": 993,
    ]

    private static func number(of text: Substring) throws(ProxyAddressError) -> Int {
        if text.isEmpty { return 0 }
        let digits = text.first == "+" || text.first == "-" ? text.dropFirst() : text
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            if let number = named.first(where: { $0.key == text.lowercased() })?.value { return number }
            throw ProxyAddressError(description: "lookup tcp/\(text): unknown port")
        }
        guard let number = Int(text), (0...65_535).contains(number) else {
            throw ProxyAddressError(description: "address \(text): invalid port")
        }
        return number
    }

    /// The address to listen at. Without a host that is this machine's loopback, not all networks. May ask the resolver.
    func socketAddress() throws(ProxyAddressError) -> SocketAddress {
        let host = host.isEmpty || host == "localhost" ? "127.0.0.1" : host
        if let address = try? SocketAddress(ipAddress: host, port: port) { return address }
        do { return try SocketAddress.makeAddressResolvingHost(host, port: port) } catch {
            throw ProxyAddressError(description: "lookup \(host): no such host")
        }
    }

    /// Connects to it. `localhost` is tried as 127.0.0.1, and then as ::1.
    func connect(
        on loop: any EventLoop, _ prepare: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<any Channel> {
        @Sendable func connect(_ host: String) -> EventLoopFuture<any Channel> {
            ClientBootstrap(group: loop).proxied().channelInitializer(prepare).connect(host: host, port: port)
        }
        guard host.isEmpty || host == "localhost" else { return connect(host) }
        return connect("127.0.0.1").flatMapError { _ in connect("::1") }
    }
}

extension ClientBootstrap {
    /// With the options of all sockets of a proxy.
    func proxied() -> ClientBootstrap {
        channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.recvAllocator, value: ProxyReading.allocator)
            .channelOption(.maxMessagesPerRead, value: 1)
    }
}

/// How the sockets of a proxy are read: a chunk at a time, so that no more comes than there is room for.
enum ProxyReading {
    static let allocator = FixedSizeRecvByteBufferAllocator(capacity: 32 * 1024)
}

extension SocketAddress {
    /// The address as `host:port`.
    var placeText: String {
        let host = ipAddress ?? ""
        return host.contains(":") ? "[\(host)]:\(port ?? 0)" : "\(host):\(port ?? 0)"
    }
}
