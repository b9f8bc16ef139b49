// The table of connections and the users' queues: who gets which event, in which order, and what is dropped.

import Kernel
import Testing
import Wire

@testable import EventsService

/// A table with short ways to use it.
private final class Desk {
    private var table: ConnectionTable

    init(_ change: (inout EventsLimits) -> Void = { _ in }) {
        var limits = EventsLimits()
        change(&limits)
        table = ConnectionTable(limits: limits)
    }

    var connectionCount: Int { table.connectionCount }
    var eventsWaiting: Int { table.eventsWaiting }
    var eventsDropped: Int { table.eventsDropped }

    func open(_ user: String, expiry: Instant? = nil, at now: Instant = .simulatedEpoch) -> ConnectionID {
        table.open(.init(userID: user, name: "main_1", tokenExpiry: expiry), at: now)
    }

    func deliver(_ name: String, to user: String, id: String? = nil) -> ConnectionTable.Delivery {
        table.deliver(["type": "agent_thinking", "name": .string(name)], to: user, eventID: id)
    }

    /// Takes all that a connection's writer would send.
    func written(_ id: ConnectionID) throws -> [JSONValue] {
        var frames: [JSONValue] = []
        while case .send(let text) = table.next(id) {
            frames.append(try JSONValue(json: text))
            table.sent(id)
        }
        return frames
    }

    func next(_ id: ConnectionID) -> ConnectionTable.WriterStep { table.next(id) }
    func sent(_ id: ConnectionID) { table.sent(id) }
    func send(_ text: String, to id: ConnectionID) { table.send(text, to: id) }
    func remove(_ id: ConnectionID) { table.remove(id) }
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
        let frames = try table.written(id)
        #expect(frames.map { $0["type"] } == ["connection_established", "agent_thinking", "agent_thinking", "agent_thinking"])
        #expect(frames.dropFirst().map { $0["sequence"] } == [1, 2, 3])
        #expect(frames.map { $0["recovered"] } == [nil, true, true, nil])
        #expect(table.eventsWaiting == 0)
    }

    @Test func theOldestGivesWayInAFullQueue() throws {
        let table = Desk { $0.eventsWaiting = 3 }
        for name in ["a", "b", "c", "d", "e"] { _ = table.deliver(name, to: "alice") }
        #expect(table.eventsDropped == 2)
        let id = table.open("alice")
        #expect(try table.written(id).dropFirst().map { $0["name"] } == ["c", "d", "e"])
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
        let second = table.open("alice")
        let frames = try table.written(second).dropFirst()
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
        #expect(table.eventsDropped == 1)
        table.remove(id)
        #expect(table.eventsWaiting == 2)
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
