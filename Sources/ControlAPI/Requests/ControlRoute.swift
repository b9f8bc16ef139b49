// The routes of Toxiproxy's HTTP API: from method and path to what is asked for.

/// What a request asks for.
enum ControlRoute: Sendable, Equatable {
    case listProxies
    case createProxy
    case populate
    case showProxy(String)
    case updateProxy(String)
    case deleteProxy(String)
    case listToxics(String)
    case createToxic(String)
    case showToxic(String, String)
    case updateToxic(String, String)
    case deleteToxic(String, String)
    case reset
    case version
    case metrics

    /// Why there is no route.
    enum Miss: Error, Equatable {
        case notFound
        case methodNotAllowed
    }

    /// The route of a method and a target, without its query. Names may be percent-encoded.
    init(method: String, target: String) throws(Miss) {
        let path = target.prefix { $0 != "?" && $0 != "#" }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { Self.decoded(String($0)) }
        guard path.hasPrefix("/"), !parts.contains("") else { throw .notFound }
        func choose(_ routes: KeyValuePairs<String, ControlRoute>) throws(Miss) -> ControlRoute {
            guard let route = routes.first(where: { $0.key == method })?.value else { throw .methodNotAllowed }
            return route
        }
        switch (parts.count, parts[0]) {
        case (1, "proxies"): self = try choose(["GET": .listProxies, "POST": .createProxy])
        case (1, "populate"): self = try choose(["POST": .populate])
        case (1, "reset"): self = try choose(["POST": .reset])
        case (1, "version"): self = try choose(["GET": .version])
        case (1, "metrics"): self = .metrics
        case (2, "proxies"):
            let proxy = parts[1]
            self = try choose([
                "GET": .showProxy(proxy), "POST": .updateProxy(proxy), "PATCH": .updateProxy(proxy),
                "DELETE": .deleteProxy(proxy),
            ])
        case (3, "proxies") where parts[2] == "toxics":
            self = try choose(["GET": .listToxics(parts[1]), "POST": .createToxic(parts[1])])
        case (4, "proxies") where parts[2] == "toxics":
            let (proxy, toxic) = (parts[1], parts[3])
            self = try choose([
                "GET": .showToxic(proxy, toxic), "POST": .updateToxic(proxy, toxic), "PATCH": .updateToxic(proxy, toxic),
                "DELETE": .deleteToxic(proxy, toxic),
            ])
        default: throw .notFound
        }
    }

    /// A part of a path with its percent-encoded bytes decoded (RFC 3986 section 2.1).
    private static func decoded(_ text: String) -> String {
        guard text.contains("%") else { return text }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit),
                let value = UInt8(digits, radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
