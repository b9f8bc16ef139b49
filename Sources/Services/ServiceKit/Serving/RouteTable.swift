// Which methods a path takes, so that a wrong method is told from a wrong path: 405 with Allow, or 404.

import HTTPTypes
import Hummingbird
import Synchronization

/// The paths and methods of a router, in a form that answers one question.
final class RouteTable: Sendable {
    private let routes = Mutex<[(path: RouterPath, method: HTTPRequest.Method)]>([])

    /// Takes over the routes of a router that is complete.
    func fill(from router: Router<ServiceRequestContext>) {
        let found = router.routes.map { ($0.path, $0.method) }
        routes.withLock { $0 = found }
    }

    /// The methods that a path takes, sorted by name; none where it is unknown.
    func methods(of path: String) -> [String] {
        let parts = path.split(separator: "/")
        let methods = routes.withLock { routes in
            routes.filter { Self.matches($0.path, parts) }.map(\.method.rawValue)
        }
        return Set(methods).sorted()
    }

    /// The route that answers a method and path, as it was added; nil where there is none.
    func template(of method: HTTPRequest.Method, _ path: String) -> String? {
        let parts = path.split(separator: "/")
        return routes.withLock { routes in
            routes.first { $0.method == method && Self.matches($0.path, parts) }.map { "/" + $0.path.components.text }
        }
    }

    private static func matches(_ path: RouterPath, _ parts: [Substring]) -> Bool {
        for (index, element) in path.components.enumerated() {
            if element == .recursiveWildcard { return true }
            guard index < parts.count, element ~= parts[index] else { return false }
        }
        return path.components.count == parts.count
    }
}

extension [RouterPath.Element] {
    /// The components as they are written.
    fileprivate var text: String { map(\.description).joined(separator: "/") }
}
