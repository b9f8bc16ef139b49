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
        /// The path is not in its shortest form; that is this one.
        case moved(String)
        /// The target is none.
        case malformed
    }

    /// The route of a method and a target. Names may be percent-encoded; a slash in one divides it all the same, so a proxy
    /// whose name has one is out of reach, as with Toxiproxy.
    init(method: String, target: String) throws(Miss) {
        guard let target = RequestTarget(target) else { throw .malformed }
        if let shortest = target.shortest { throw .moved(shortest) }
        let parts = target.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { String($0) }
        guard !parts.contains("") else { throw .notFound }
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
}
