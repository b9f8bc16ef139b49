// Who talks to whom: the name of a link, as plans, traces and errors write it.

/// One party of a link: what it is, and which one of its kind.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// What it is: `client`, or the name of a service. Fault plans usually speak of this.
    public let role: String
    /// Which one: `user-3`, or the service's name where there is only one.
    public let instance: String

    /// An endpoint from its parts.
    public init(role: String, instance: String) {
        self.role = role
        self.instance = instance
    }

    /// The one service of a name.
    public static func service(_ name: String) -> Endpoint { Endpoint(role: name, instance: name) }

    /// One of several replicas of a service, counted from 1: `agent-2`.
    public static func replica(_ number: Int, of service: String) -> Endpoint {
        Endpoint(role: service, instance: "\(service)-\(number)")
    }

    /// Whoever calls from outside the world.
    public static let outside = Endpoint(role: "client", instance: "outside")

    /// The client of one user.
    public static func client(_ user: String) -> Endpoint { Endpoint(role: "client", instance: user) }

    public var description: String { instance }
}

/// The way between a caller and a callee; all connections that the one opens to the other are on one link.
public struct LinkName: Sendable, Hashable, CustomStringConvertible {
    /// Who opens the connections.
    public let caller: Endpoint
    /// Who accepts them.
    public let callee: Endpoint

    /// A link from its ends.
    public init(from caller: Endpoint, to callee: Endpoint) {
        self.caller = caller
        self.callee = callee
    }

    /// `agent->llm`, `user-3->auth`.
    public var description: String { "\(caller)->\(callee)" }
}

/// Which way something goes on a link.
public enum LinkDirection: String, Sendable, Hashable, CaseIterable {
    /// From the caller to the callee: requests.
    case forth = "->"
    /// From the callee back to the caller: replies.
    case back = "<-"
}
