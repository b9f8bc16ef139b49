// Every event that goes over the wire fits Fixtures/schemas/events.json, and the schema refuses what it should.

import Clients
import Foundation
import Kernel
import Synchronization
import Testing
import Wire

@Suite struct EventsSchemaTests {
    private static func schema() throws -> JSONSchema {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let file = tests.appending(path: "../../Fixtures/schemas/events.json").standardizedFileURL
        return try JSONSchema(JSONValue(json: String(contentsOf: file, encoding: .utf8)), source: "events.json")
    }

    /// The texts of all agent events of a run.
    private func events(_ agent: String, cut: Bool = false, late: Bool = false) async throws -> [JSONValue] {
        let outcome = try await EventsAgentWorld.run { world in
            if cut { world.played.state.withLock { _ = $0.modelEvents.popLast() } }
            let token = world.token("alice")
            if late {
                _ = try await world.agent.sendMessage("hello", agent: agent, token: token)
                try await WorldClock().sleep(for: .seconds(60))
            }
            let socket = try await world.events.connect(token: token)
            if !late { try await socket.sendUserMessage("hello", agent: agent) }
            var events: [JSONValue] = []
            for await message in socket.connection.messages {
                guard case .text(let text) = message, let event = try? JSONValue(json: text), event["run_id"] != nil
                else { continue }
                events.append(event)
                if ["agent_completed", "agent_error"].contains(event["type"]?.string) { break }
            }
            return events
        }
        return try outcome.value
    }

    @Test func allEventsFit() async throws {
        let schema = try Self.schema()
        var types: Set<String> = []
        var all: [JSONValue] = []
        for agent in ["triage", "data", "optimization", "supervisor"] { all += try await events(agent) }
        all += try await events("triage", cut: true)
        all += try await events("data", late: true)
        for event in all {
            #expect(schema.problems(of: event) == [], "\(event)")
            types.insert(event["type"]?.string ?? "")
        }
        #expect(types == Set(AgentEventKind.allCases.map(\.rawValue)))
    }

    @Test func whatDoesNotFitIsNamed() async throws {
        let schema = try Self.schema()
        let events = try await events("data")
        let started = try #require(events.first { $0["type"] == "agent_started" })
        let tool = try #require(events.first { $0["type"] == "tool_completed" })
        func faults(_ event: JSONValue, _ change: (inout JSONValue) -> Void) -> Int {
            var event = event
            change(&event)
            return schema.problems(of: event).count
        }
        #expect(faults(started) { $0["run_id"] = nil } == 1)
        #expect(faults(started) { $0["sequence"] = 0 } == 1)
        #expect(faults(started) { $0["extra"] = 1 } == 1)
        #expect(faults(started) { $0["timestamp"] = 1.5 } == 1)
        #expect(faults(started) { $0["data"]?["agent_id"] = nil } == 1)
        #expect(faults(tool) { $0["data"]?["results"] = 1 } == 1)
        #expect(faults(tool) { $0["data"]?["execution_time_ms"] = "5" } == 1)
        #expect(faults(tool) { $0["type"] = "tool_done" } == 1)
    }
}
