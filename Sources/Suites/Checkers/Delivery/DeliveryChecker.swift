// What was sent has arrived: as often as the guarantee says, at whom it was sent to, and nothing else has.

/// How often a message may arrive.
enum DeliveryGuarantee: Sendable {
    /// Once, neither lost nor doubled.
    case exactlyOnce
    /// Once or more, never lost.
    case atLeastOnce
    /// Once or not at all, never doubled.
    case atMostOnce
}

/// A message as its sender knows it. Attempts to send it again have the same id and are one message.
struct SentMessage: Sendable {
    let id: String
    let recipient: String
    /// What the sender knows: accepted, reply lost, or refused.
    var certainty = Certainty.done
}

/// A message as a recipient saw it, each time it did.
struct ReceivedMessage: Sendable {
    let id: String
    let recipient: String
}

/// One message that did not arrive as it should have.
enum DeliveryViolation: Sendable, Hashable, CustomStringConvertible {
    case lost(id: String, recipient: String)
    case doubled(id: String, recipient: String, times: Int)
    case arrivedThoughRefused(id: String, recipient: String)
    case misdelivered(id: String, recipient: String, rightful: [String])
    case neverSent(id: String, recipient: String)

    var description: String {
        switch self {
        case .lost(let id, let recipient): "message \(id) was accepted and never reached \(recipient)"
        case .doubled(let id, let recipient, let times): "message \(id) reached \(recipient) \(times) times"
        case .arrivedThoughRefused(let id, let recipient): "message \(id) was refused and yet reached \(recipient)"
        case .misdelivered(let id, let recipient, let rightful):
            "message \(id) reached \(recipient), but was sent to \(rightful.joined(separator: ", "))"
        case .neverSent(let id, let recipient): "message \(id) reached \(recipient), but nobody has sent it"
        }
    }
}

/// Compares what was sent with what arrived, by id.
///
/// A message whose reply was lost may have arrived or not. One that was refused must not arrive. The recipients must have
/// been listened to until everything under way had come. O(n) for n messages.
struct DeliveryChecker: Sendable {
    private struct Route: Hashable {
        let id: String
        let recipient: String
    }

    let guarantee: DeliveryGuarantee

    /// What did not arrive as it should have: first what was sent, in the order of sending, then what nobody has sent to
    /// whom it reached, in the order of arrival.
    func check(sent: [SentMessage], received: [ReceivedMessage]) -> [DeliveryViolation] {
        var arrivals: [Route: Int] = [:]
        for message in received { arrivals[Route(id: message.id, recipient: message.recipient), default: 0] += 1 }
        var certainties: [Route: Certainty] = [:]
        var recipients: [String: [String]] = [:]
        var routes: [Route] = []
        for message in sent {
            let route = Route(id: message.id, recipient: message.recipient)
            if let earlier = certainties[route] {
                certainties[route] = Self.together(earlier, message.certainty)
            } else {
                certainties[route] = message.certainty
                recipients[message.id, default: []].append(message.recipient)
                routes.append(route)
            }
        }
        return routes.flatMap { judge($0, certainties[$0] ?? .unknown, arrivals: arrivals[$0] ?? 0) }
            + strays(received, recipients: recipients)
    }

    /// What is known of a message that was sent twice: accepted once is accepted.
    private static func together(_ one: Certainty, _ other: Certainty) -> Certainty {
        one == .done || other == .done ? .done : one == .unknown || other == .unknown ? .unknown : .failed
    }

    private func judge(_ route: Route, _ certainty: Certainty, arrivals: Int) -> [DeliveryViolation] {
        if certainty == .failed {
            return arrivals > 0 ? [.arrivedThoughRefused(id: route.id, recipient: route.recipient)] : []
        }
        if arrivals == 0, certainty == .done, guarantee != .atMostOnce {
            return [.lost(id: route.id, recipient: route.recipient)]
        }
        if arrivals > 1, guarantee != .atLeastOnce {
            return [.doubled(id: route.id, recipient: route.recipient, times: arrivals)]
        }
        return []
    }

    private func strays(_ received: [ReceivedMessage], recipients: [String: [String]]) -> [DeliveryViolation] {
        var told: Set<Route> = []
        return received.compactMap { message in
            let rightful = recipients[message.id] ?? []
            guard !rightful.contains(message.recipient) else { return nil }
            guard told.insert(Route(id: message.id, recipient: message.recipient)).inserted else { return nil }
            return rightful.isEmpty
                ? .neverSent(id: message.id, recipient: message.recipient)
                : .misdelivered(id: message.id, recipient: message.recipient, rightful: rightful)
        }
    }
}
