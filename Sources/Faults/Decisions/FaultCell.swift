// A cell of the coverage matrix: one kind of fault at one service.

import Wire

/// One kind of fault at one service: a cell of the matrix that says what a search has reached.
public struct FaultCell: Sendable, Hashable, Comparable {
    /// The name of the kind.
    public let fault: String
    /// The service that is called, or whose process or stores it concerns. Replicas count for their service.
    public let service: String

    /// A cell from its parts.
    public init(fault: String, service: String) {
        self.fault = fault
        self.service = service
    }

    /// The cell of a decision that was taken.
    public init(of decision: FaultDecision) {
        // `CALLER->CALLEE` with a direction behind it, or the service alone.
        let place = decision.actor.prefix { $0 != " " }
        var instance = place.split(separator: ">").dropFirst().first ?? place
        while let last = instance.last, last == "-" || last == "<" { instance.removeLast() }
        // Instances are numbered where a service has several.
        if let mark = instance.lastIndex(of: "-"), Int(instance[instance.index(after: mark)...]) != nil {
            instance = instance[..<mark]
        }
        self.init(fault: decision.fault, service: String(instance))
    }

    public static func < (left: FaultCell, right: FaultCell) -> Bool {
        (left.fault, left.service) < (right.fault, right.service)
    }
}

extension FaultPlace {
    /// The service at which it is.
    var service: Endpoint {
        switch self {
        case .link(_, let link, _): link.callee
        case .route(_, let request): request.link.callee
        case .store(_, let service, _), .process(_, let service), .occasion(let service, _): service
        }
    }
}
