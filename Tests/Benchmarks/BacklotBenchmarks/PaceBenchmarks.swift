// How much faster than real time a world goes, with ten users who talk as much as they may, and with nobody in it.

import Benchmark
import Clients
import Kernel
import Wire
import Worlds

/// Virtual seconds in a real second. The start and the end of the world count as real time and not as virtual.
func addPaceBenchmarks() {
    let busy = Figure("virtual:real time, busy")
    let runs = Figure("agent runs/s, busy")
    Benchmark.figures("Ten users in unbroken conversation", [busy, runs], maxIterations: 3) { benchmark in
        let blueprint = Blueprint(.simulated, seed: 1, fixtures: try fixtures())
        // Shorter than the life of an access token: five minutes.
        let length = Duration.seconds(120)
        let (outcome, seconds) = timed {
            SimulatedWorld.run(blueprint) { world in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 1...10 {
                        group.addTask { try await converse("user-\(number)", in: world, for: length) }
                    }
                    return try await group.reduce(0, +)
                }
            }
        }
        let count = try outcome.value
        try WrongResult.unless(count >= 10, "only \(count) agent runs in \(length)")
        benchmark.note(busy, outcome.elapsed.milliseconds / 1000 / seconds)
        benchmark.note(runs, Double(count) / seconds)
    }

    let idle = Figure("virtual:real time, idle")
    Benchmark.figures("An hour without users", [idle], maxIterations: 50) { benchmark in
        let blueprint = Blueprint(.simulated, seed: 1, fixtures: try fixtures())
        let (outcome, seconds) = timed {
            SimulatedWorld.run(blueprint) { world in try await world.clock.sleep(for: .seconds(3600)) }
        }
        try outcome.value
        benchmark.note(idle, outcome.elapsed.milliseconds / 1000 / seconds)
    }
}

/// Logs a user in and sends message after message, each as soon as the answer to the last is complete and the limit of
/// messages a minute allows. Returns how many runs of the agent there were.
private func converse(_ user: String, in world: World, for length: Duration) async throws -> Int {
    let client = world.client(user)
    let email = "\(user)@example.com"
    let password = "correct horse of \(user)"
    _ = try await client.auth.register(email: email, password: password, name: user)
    let token = try await client.auth.login(email: email, password: password).accessToken
    let socket = try await client.events.connect(token: token)
    defer { socket.connection.abort() }
    let thread = try await client.agent.createThread(title: "Unbroken", token: token)
    var frames = socket.frames.makeAsyncIterator()
    var runs = 0
    let end = world.clock.now.advanced(by: length)
    while world.clock.now < end {
        try await socket.sendUserMessage("What can \(user) save?", thread: thread.id, messageID: "\(user)-\(runs)")
        if let wait = try await answer(&frames) {
            try await world.clock.sleep(for: wait)
        } else {
            runs += 1
        }
    }
    return runs
}

/// Reads until the agent's run has ended. Returns how long to wait where the message came too early.
private func answer(_ frames: inout EventSocket.Frames.Iterator) async throws -> Duration? {
    while let frame = await frames.next() {
        switch frame {
        case .event(let event) where event.kind == .completed: return nil
        case .event(let event) where event.kind == .error: throw WrongResult(description: event.data.text)
        case .message(let message) where message.type == "error_message":
            guard let seconds = message.data["details"]?["retry_after_seconds"]?.double else {
                throw WrongResult(description: message.data.text)
            }
            return .seconds(seconds)
        default: break
        }
    }
    throw WrongResult(description: "the events service closed the WebSocket in mid-conversation")
}
