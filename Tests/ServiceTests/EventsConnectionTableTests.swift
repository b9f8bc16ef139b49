// The table of connections and the users' queues: who gets which event, in which order, and what is dropped.

import Kernel
import ServiceKit
import Testing
import Wire

@testable import EventsService

/// A table with short ways to use it.
final class Desk {
    private var table: ConnectionTable

    init(deviations: Set<Deviation> = [], _ change: (inout EventsLimits) -> Void = { _ in }) {
        var limits = EventsLimits()
        change(&limits)
        table = ConnectionTable(limits: limits, deviations: deviations)
    }

    var connectionCount: Int { table.connections.count }
    var eventsWaiting: Int { census().eventsWaiting }
    var eventsDropped: Int { table.eventsDropped }

    func open(
        _ user: String, expiry: Instant? = nil, after last: Int? = nil, at now: Instant = .simulatedEpoch
    ) -> ConnectionID {
        table.open(.init(userID: user, name: "main_1", tokenExpiry: expiry, lastSequence: last), at: now)
    }

    /// Opens a connection and lets the time go by after which events that waited are sent.
    func openAndWait(_ user: String, at now: Instant = .simulatedEpoch) -> ConnectionID {
        let id = open(user, at: now)
        _ = table.tick(id, at: now + table.limits.flushDelay)
        return id
    }

    func deliver(
        _ name: String, to user: String, id: String? = nil, type: String = "agent_thinking", at now: Instant = .simulatedEpoch
    ) -> ConnectionTable.Delivery {
        if let repetition = table.repetition(of: id, to: user) { return repetition }
        let event = table.numbered(["type": .string(type), "name": .string(name)], eventID: id, to: user, at: now)
        return table.deliver(event, to: user, at: now)
    }

    func resume(_ id: ConnectionID, after last: Int, at now: Instant = .simulatedEpoch) {
        table.resume(id, after: last, answering: "m", at: now)
    }
    func census(at now: Instant = .simulatedEpoch) -> ConnectionTable.Census { table.census(at: now) }
    func admit(_ id: ConnectionID, at now: Instant) -> Duration? { table.admit(id, at: now) }
    func pinged(_ id: ConnectionID, at now: Instant) { table.pinged(id, at: now) }
    func ponged(_ id: ConnectionID) { table.ponged(id) }

    /// Takes all that a connection's writer would send.
    func written(_ id: ConnectionID) throws -> [JSONValue] {
        var frames: [JSONValue] = []
        while case .send(let text, _) = table.next(id) {
            frames.append(try JSONValue(json: text))
            table.sent(id)
        }
        return frames
    }

    func next(_ id: ConnectionID) -> ConnectionTable.WriterStep { table.next(id) }
    func sent(_ id: ConnectionID) { table.sent(id) }
    func send(_ text: String, to id: ConnectionID) { table.send(text, to: id) }
    func remove(_ id: ConnectionID, at now: Instant = .simulatedEpoch) { table.remove(id, at: now) }
    func tick(_ id: ConnectionID, at now: Instant) -> Instant? { table.tick(id, at: now) }
    func received(_ id: ConnectionID, bytes: Int, at now: Instant) -> Bool { table.received(id, bytes: bytes, at: now) }
}

@Suite struct EventsConnectionTableTests {
    @Test func theFirstFrameNamesTheUserInFull() throws {
        let table = Desk()
        let id = table.open("user-with-a-long-name")
        let frames = try table.written(id)
        #expect(frames.count == 1)
        #expect(frames[0]["type"] == "connection_established")
        #expect(frames[0]["data"]?["user_id"] == "user-with-a-long-name")
        #expect(frames[0]["data"]?["golden_path_events"]?.array?.count == 5)
        #expect(frames[0]["timestamp"] == .number(1_767_225_600))
        #expect(table.next(id) == .wait)
    }

    @Test func eventsGoToAllConnectionsOfTheirUserAndToNobodyElse() throws {
        let table = Desk()
        let (first, second, other) = (table.open("alice"), table.open("alice"), table.open("bob"))
        for id in [first, second, other] { _ = try table.written(id) }
        #expect(table.deliver("a", to: "alice").connections == [first, second])
        _ = table.deliver("b", to: "alice")
        _ = table.deliver("c", to: "bob")
        for id in [first, second] {
            let frames = try table.written(id)
            #expect(frames.map { $0["name"] } == ["a", "b"])
            #expect(frames.map { $0["sequence"] } == [1, 2])
        }
        let frames = try table.written(other)
        #expect(frames.map { $0["name"] } == ["c"])
        #expect(frames.map { $0["sequence"] } == [1])
    }

    @Test func eventsWaitForTheNextConnection() throws {
        let table = Desk()
        #expect(table.deliver("a", to: "alice").connections == [])
        _ = table.deliver("b", to: "alice")
        #expect(table.eventsWaiting == 2)
        let id = table.open("alice")
        _ = table.deliver("c", to: "alice")
        #expect(try table.written(id).map { $0["type"] } == ["connection_established"])
        #expect(table.tick(id, at: .simulatedEpoch) == .simulatedEpoch + .milliseconds(100))
        _ = table.tick(id, at: .simulatedEpoch + .milliseconds(100))
        let frames = try table.written(id)
        #expect(frames.map { $0["type"] } == ["agent_thinking", "agent_thinking", "agent_thinking"])
        #expect(frames.map { $0["sequence"] } == [1, 2, 3])
        #expect(frames.map { $0["recovered"] } == [true, true, nil])
        #expect(table.eventsWaiting == 0)
    }

    @Test func theOldestGivesWayInAFullQueue() throws {
        let table = Desk { $0.eventsKept = 3 }
        for name in ["a", "b", "c", "d", "e"] { _ = table.deliver(name, to: "alice") }
        #expect(table.eventsDropped == 2)
        let frames = try table.written(table.openAndWait("alice"))
        #expect(frames.map { $0["type"] }.dropFirst().first == "events_lost")
        #expect(frames[1]["data"]?["from_sequence"] == 1 && frames[1]["data"]?["to_sequence"] == 2)
        #expect(frames.dropFirst(2).map { $0["name"] } == ["c", "d", "e"])
    }

    @Test func whatWasNotWrittenWaitsAgain() throws {
        let table = Desk()
        let first = table.open("alice")
        _ = try table.written(first)
        for name in ["a", "b", "c"] { _ = table.deliver(name, to: "alice") }
        table.sent(first)
        table.send("an answer", to: first)
        table.remove(first)
        #expect(table.connectionCount == 0)
        let frames = try table.written(table.openAndWait("alice")).dropFirst()
        #expect(frames.map { $0["name"] } == ["b", "c"])
        #expect(frames.map { $0["sequence"] } == [2, 3])
    }

    @Test func whatAnotherConnectionHasHadDoesNotWait() throws {
        let table = Desk()
        let (first, second) = (table.open("alice"), table.open("alice"))
        _ = table.deliver("a", to: "alice")
        table.remove(first)
        #expect(table.eventsWaiting == 0)
        #expect(try table.written(second).dropFirst().map { $0["name"] } == ["a"])
    }

    @Test func anEventThatIsSentAgainIsDeliveredOnce() throws {
        let table = Desk()
        let id = table.open("alice")
        #expect(table.deliver("a", to: "alice", id: "run-0").sequence == 1)
        let again = table.deliver("a", to: "alice", id: "run-0")
        #expect(again == .init(sequence: 1, connections: [], isRepeated: true))
        #expect(table.deliver("a", to: "bob", id: "run-0").isRepeated == false)
        #expect(try table.written(id).dropFirst().count == 1)
    }

    @Test func onlyTheLastEventsAreRemembered() {
        var recent = RecentDeliveries(limit: 2)
        for number in 1...3 { recent.remember(.init(userID: "u", eventID: "\(number)"), sequence: number) }
        #expect(recent.sequence(of: .init(userID: "u", eventID: "1")) == nil)
        #expect(recent.sequence(of: .init(userID: "u", eventID: "3")) == 3)
    }

    @Test func aPeerThatDoesNotReadIsClosed() {
        let table = Desk { $0.framesWaiting = 3 }
        let id = table.open("alice")
        for name in ["a", "b"] { _ = table.deliver(name, to: "alice") }
        guard case .send = table.next(id) else {
            Issue.record("closed too early")
            return
        }
        _ = table.deliver("c", to: "alice")
        #expect(table.next(id) == .close(WebSocketClosure(code: 1013, reason: "3 frames wait to be read")))
        #expect(table.eventsDropped == 0)
        table.remove(id)
        // None of them was written, and the one that found no room is kept too.
        #expect(table.eventsWaiting == 3)
    }

    @Test func aLargeMessageCloses() {
        let table = Desk()
        let id = table.open("alice")
        #expect(table.received(id, bytes: 8192, at: .simulatedEpoch))
        #expect(!table.received(id, bytes: 8193, at: .simulatedEpoch))
        #expect(table.next(id) == .close(WebSocketClosure(code: 1009, reason: "A message has at most 8192 bytes")))
    }

    @Test func heartbeatsComeAfterSilence() throws {
        let start = Instant.simulatedEpoch
        let table = Desk()
        let id = table.open("alice", at: start)
        _ = try table.written(id)
        #expect(table.tick(id, at: start) == start + .seconds(10))
        _ = table.received(id, bytes: 10, at: start + .seconds(4))
        #expect(table.tick(id, at: start + .seconds(10)) == start + .seconds(14))
        #expect(table.next(id) == .wait)
        #expect(table.tick(id, at: start + .seconds(14)) == start + .seconds(24))
        let frames = try table.written(id)
        #expect(frames.map { $0["type"] } == ["heartbeat"])
        #expect(frames[0]["data"]?["stats"]?["messages_processed"] == 1)
    }

    @Test func theConnectionEndsWithItsToken() {
        let start = Instant.simulatedEpoch
        let table = Desk()
        let id = table.open("alice", expiry: start + .seconds(5), at: start)
        #expect(table.tick(id, at: start) == start + .seconds(5))
        #expect(table.tick(id, at: start + .seconds(5)) == start + .seconds(10))
        #expect(table.next(id) == .close(WebSocketClosure(code: 1008, reason: "The access token has expired")))
        // A writer that never gets to closing is given up.
        #expect(table.tick(id, at: start + .seconds(10)) == nil)
    }
}
