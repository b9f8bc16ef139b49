// What both ends see of WebSocket messages that are lost, overtaken, or the end of their WebSocket.

import Clients
import Faults
import Kernel
import Mesh
import Testing
import Wire
import Worlds

@Suite(.timeLimit(.minutes(3))) struct MessageFaultTests {
    /// Sends texts to the echo, and returns what came back until the WebSocket was silent for a while, and how it ended.
    private func echo(_ faults: [String], _ texts: [String]) throws -> (texts: [String], closure: Int?) {
        try withUser(faults) { world, _ in
            let socket = try await world.mesh.caller(from: .client("user-1"), to: "events").open(.get("/echo"))
            let reading = Task {
                var received: [String] = []
                for await message in socket.messages {
                    if case .text(let text) = message { received.append(text) }
                }
                return received
            }
            for text in texts {
                // Where a fault has ended the WebSocket, there is nobody to send to.
                do { try await socket.send(text) } catch is WebSocketClosedError { break }
                try await world.clock.sleep(for: .milliseconds(50))
            }
            try await world.clock.sleep(for: .seconds(10))
            let closure = socket.closure?.code
            try await socket.close()
            return (await reading.value, closure)
        }
    }

    @Test func aMessageIsLost() throws {
        let (texts, closure) = try echo(["client<-events: event-loss@2"], ["one", "two", "three"])
        #expect(texts == ["one", "three"])
        #expect(closure == nil)
        #expect(try echo(["client->events: event-loss@1..2"], ["one", "two", "three"]).texts == ["three"])
    }

    @Test func theNthOfATypeIsLost() throws {
        let texts = ["a", "b", "a", "b", "a"].enumerated().map { "{\"type\":\"\($1)\",\"n\":\($0)}" }
        let (received, _) = try echo(["client->events[a]: event-loss@2"], texts)
        #expect(received == [texts[0], texts[1], texts[3], texts[4]])
        #expect(try echo(["client<-events[b]: event-loss@1.."], texts).texts == [texts[0], texts[2], texts[4]])
        #expect(try echo(["client<-events[~\":3}\"]: event-loss"], texts).texts == [texts[0], texts[1], texts[2], texts[4]])
    }

    @Test func messagesOvertake() throws {
        let texts = ["1", "2", "3", "4", "5"]
        #expect(try echo(["client<-events: event-reorder(behind=2)@2"], texts).texts == ["1", "3", "4", "2", "5"])
        #expect(try echo(["client->events: event-reorder@1"], texts).texts == ["2", "1", "3", "4", "5"])
        // Where too few follow, it comes all the same.
        #expect(try echo(["client<-events: event-reorder(behind=9, within=2s)@5"], texts).texts == texts)
        #expect(try echo(["client<-events: event-reorder(behind=1)@2..3"], texts).texts == ["1", "4", "2", "3", "5"])
    }

    @Test(arguments: [1001, 1006, 1011, 1012]) func theWebSocketEnds(code: Int) throws {
        for place in ["client<-events", "client->events"] {
            let (texts, closure) = try echo(["\(place): ws-close(code=\(code))@3"], ["1", "2", "3", "4"])
            #expect(texts == ["1", "2"], "\(place)")
            #expect(closure == code, "\(place)")
        }
    }

    @Test func theServiceLearnsOfTheEnd() throws {
        let (before, after) = try withUser(["client<-events: ws-close(code=1012)@2"]) { world, client in
            let token = try await logIn(client)
            let socket = try await client.events.connect(token: token)
            let before = world.openConnections
            try await socket.ping(messageID: "1")
            for await _ in socket.frames {}
            #expect(socket.closure?.code == 1012)
            try await world.clock.sleep(for: .seconds(1))
            return (before, world.openConnections)
        }
        #expect(after == before - 1)
    }
}
