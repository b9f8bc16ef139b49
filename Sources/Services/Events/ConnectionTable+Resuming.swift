// Resuming: a client that says which event it had last gets all that came after it, in order, and is told what is gone.

import Kernel
import Wire

extension ConnectionTable {
    /// Answers a client that asks on an open connection for what came after an event. What the connection was given
    /// already is not sent again.
    mutating func resume(_ id: ConnectionID, after last: Int, answering messageID: String?, at now: Instant) {
        guard let connection = connections[id] else { return }
        let name = queueName(connection.opening.userID)
        eventsDropped += users[name]?.prune(limits, at: now) ?? 0
        let newest = users[name]?.sequence ?? 0
        guard (0...newest).contains(last) else { return send(refusal(last, newest, messageID, at: now), to: id) }
        let end = connection.hold == nil ? connection.firstSequence : newest + 1
        let replay = deviates(.resumeLosesQueue) ? UserQueue.Replay(lost: nil, events: []) : users[name]?.replay(after: last)
        let events = (replay?.events ?? []).filter { $0.sequence < end }
        send(
            ServerFrame.resumed(after: last, newest: newest, count: events.count, at: now, answering: messageID), to: id)
        connections[id]?.hold = nil
        give(id, replay?.lost.flatMap { Self.part(of: $0, before: end) }, events, at: now)
        connections[id]?.firstSequence = min(end, last + 1)
    }

    /// Gives a new connection all events after one that its client has had.
    mutating func replay(to id: ConnectionID, after last: Int, at now: Instant) {
        guard let connection = connections[id] else { return }
        let newest = connection.newestAtOpening
        guard (0...newest).contains(last) else {
            send(refusal(last, newest, nil, at: now), to: id)
            return catchUp(id, at: now)
        }
        connections[id]?.firstSequence = last + 1
        guard !deviates(.resumeLosesQueue), let replay = users[queueName(connection.opening.userID)]?.replay(after: last) else {
            return
        }
        let oldest = restored[connection.opening.userID] ?? 0
        give(id, replay.lost, oldest == 0 ? replay.events : replay.events.filter { $0.sequence > oldest }, at: now)
    }

    /// Gives a connection what was held back for it.
    mutating func release(_ id: ConnectionID, at now: Instant) {
        guard let connection = connections[id], let hold = connection.hold else { return }
        connections[id]?.hold = nil
        connections[id]?.firstSequence = hold.after + 1
        guard !deviates(.resumeLosesQueue), let replay = users[queueName(connection.opening.userID)]?.replay(after: hold.after)
        else { return }
        give(id, replay.lost, replay.events, at: now)
    }

    /// Gives a connection that cannot resume what nobody has seen.
    private mutating func catchUp(_ id: ConnectionID, at now: Instant) {
        guard let user = connections[id]?.opening.userID, let queue = users[queueName(user)] else { return }
        let replay = queue.replay(after: queue.seen)
        connections[id]?.firstSequence = queue.seen + 1
        give(id, replay.lost, replay.events, at: now)
    }

    private mutating func give(_ id: ConnectionID, _ lost: ClosedRange<Int>?, _ events: [NumberedEvent], at now: Instant) {
        let newest = connections[id]?.newestAtOpening ?? 0
        if let lost { send(ServerFrame.lost(lost, limits, at: now), to: id) }
        for event in events {
            // What came after the connection was opened is no recovered event, though it had to wait for the others.
            let text = event.sequence <= newest ? event.textRecovered : event.text
            enqueue(Frame(text: text, event: event), to: id)
        }
    }

    private func refusal(_ last: Int, _ newest: Int, _ messageID: String?, at now: Instant) -> String {
        ServerFrame.error(
            .resume, "last_sequence \(last) is no event of this user: the newest is \(newest).",
            details: ["last_sequence": JSONValue(last), "newest_sequence": JSONValue(newest)],
            suggestions: ["Load the thread again."], at: now, answering: messageID)
    }

    private static func part(of range: ClosedRange<Int>, before end: Int) -> ClosedRange<Int>? {
        range.lowerBound < end ? range.lowerBound...min(range.upperBound, end - 1) : nil
    }
}
