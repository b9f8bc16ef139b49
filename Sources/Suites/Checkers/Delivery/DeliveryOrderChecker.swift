// What one sender sends arrives in the order in which it was sent; gaps are told apart from reordering.

/// A message in a sender's order. The order holds among the messages of one sender to one recipient under one key.
struct OrderedMessage: Sendable {
    let id: String
    let sender: String
    let recipient: String
    /// What orders the messages among themselves, for example a thread; messages under different keys have no order.
    var key = ""
    /// What the sender knows: accepted, reply lost, or refused.
    var certainty = Certainty.done
}

/// One departure from the order.
enum DeliveryOrderViolation: Sendable, Hashable, CustomStringConvertible {
    case reordered(id: String, after: String, recipient: String)
    case gap(id: String, before: String, recipient: String)
    case doubled(id: String, recipient: String)

    var description: String {
        switch self {
        case .reordered(let id, let after, let recipient):
            "message \(id) reached \(recipient) after \(after), though it was sent before it"
        case .gap(let id, let before, let recipient):
            "message \(id) never reached \(recipient), though \(before) did, which was sent after it"
        case .doubled(let id, let recipient): "message \(id) reached \(recipient) again"
        }
    }
}

/// Checks the order of arrival against the order of sending, per sender, recipient and key (first-in-first-out order).
///
/// A message whose reply was lost may arrive late or never: it has no place in the order. Neither has one that was refused.
/// Messages that are missing at the end are no gap: that is ``DeliveryChecker``'s business. O(n) for n messages.
struct DeliveryOrderChecker: Sendable {
    /// Whether a message that has arrived may arrive again, at any later time.
    var allowsDuplicates = false
    /// Whether messages may be missing, as from a feed that drops what it cannot keep.
    var allowsGaps = false

    private struct Lane: Hashable {
        let sender: String
        let recipient: String
        let key: String
    }

    private struct Route: Hashable {
        let id: String
        let recipient: String
    }

    /// What came out of order. `sent` is in the order of sending, `received` in the order of arrival; ids are unique.
    /// Arrivals of messages that nobody has sent are passed over.
    func check(sent: [OrderedMessage], received: [ReceivedMessage]) -> [DeliveryOrderViolation] {
        var lanes: [Lane: [String]] = [:]
        var order: [Lane] = []
        var places: [Route: (lane: Lane, position: Int)] = [:]
        for message in sent where message.certainty == .done {
            let lane = Lane(sender: message.sender, recipient: message.recipient, key: message.key)
            let route = Route(id: message.id, recipient: message.recipient)
            guard places[route] == nil else { continue }
            if lanes[lane] == nil { order.append(lane) }
            places[route] = (lane, lanes[lane]?.count ?? 0)
            lanes[lane, default: []].append(message.id)
        }
        var violations: [DeliveryOrderViolation] = []
        var newest: [Lane: Int] = [:]
        var seen: Set<Route> = []
        for message in received {
            let route = Route(id: message.id, recipient: message.recipient)
            let isNew = seen.insert(route).inserted
            if !isNew, !allowsDuplicates { violations.append(.doubled(id: message.id, recipient: message.recipient)) }
            guard isNew, let (lane, position) = places[route], let ids = lanes[lane] else { continue }
            if let reached = newest[lane], position < reached {
                violations.append(.reordered(id: message.id, after: ids[reached], recipient: message.recipient))
            } else {
                newest[lane] = position
            }
        }
        if allowsGaps { return violations }
        for lane in order {
            guard let reached = newest[lane], let ids = lanes[lane] else { continue }
            for position in 0..<reached where !seen.contains(Route(id: ids[position], recipient: lane.recipient)) {
                // The next that did come tells best where the hole is.
                let next = (position...reached).first { seen.contains(Route(id: ids[$0], recipient: lane.recipient)) }
                violations.append(.gap(id: ids[position], before: ids[next ?? reached], recipient: lane.recipient))
            }
        }
        return violations
    }
}
