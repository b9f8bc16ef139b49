// A user in a rough world: tries, tries again, gives up, and knows of each attempt what can be known.

import Kernel
import Wire
import Worlds

/// What a caller knows of an attempt.
enum Attempt<Value: Sendable>: Sendable {
    /// It was done, and this is the answer.
    case done(Value)
    /// It was refused with a status from 400 to 499, and not done.
    case refused(Int)
    /// It was done or not, now or later: the answer was lost, or says nothing.
    case unknown

    /// The answer of what was done.
    var value: Value? { if case .done(let value) = self { value } else { nil } }

    /// The answer of what was done; throws where there is none.
    func get() throws -> Value {
        switch self {
        case .done(let value): value
        case .refused(let status): throw NotDone(reason: "it was refused with status \(status)")
        case .unknown: throw NotDone(reason: "no answer came")
        }
    }
}

/// Something was not done, as far as anybody knows.
struct NotDone: Error, CustomStringConvertible {
    let reason: String

    var description: String { reason }
}

/// One user of a case that bears any fault. What the user does hangs on the seed, the user and the step alone, so that a
/// step or a user can be left out and the others do as before.
final class ChaosUser {
    let journey: Journey
    let course: ChaosCourse
    /// The step that the user takes, from 1; 0 before the first.
    private(set) var step = 0

    init(_ journey: Journey, _ course: ChaosCourse) {
        self.journey = journey
        self.course = course
    }

    var name: String { journey.user }
    var email: String { "\(name)@example.com" }
    var password: String { "correct horse of \(name)" }

    /// Decides something of the current step.
    func draw(_ what: String) -> Draw {
        Chance(seed: journey.world.blueprint.seed).draw(site: "chaos " + what, actor: name, occurrence: UInt64(step))
    }

    /// One of a few things to do, by their weights, and a short rest before it.
    func next<Action>(_ actions: [(weight: Int, action: Action)]) async -> Action {
        step += 1
        await rest(draw("rest").duration(in: .milliseconds(5)...course.pause))
        var left = Int(draw("action").number(below: UInt64(actions.map(\.weight).reduce(0, +))))
        for (weight, action) in actions {
            if left < weight { return action }
            left -= weight
        }
        preconditionFailure("a draw was above the sum of the weights")
    }

    /// One of several things, nil where there is none.
    func pick<Element>(_ what: String, of elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[Int(draw(what).number(below: UInt64(elements.count)))]
    }

    /// Lets time pass.
    func rest(_ duration: Duration) async { try? await journey.clock.sleep(for: duration) }

    /// Does something once.
    func attempt<Value: Sendable>(_ body: () async throws -> Value) async -> Attempt<Value> {
        do { return .done(try await body()) } catch {
            if let status = error.refusedStatus, (400..<500).contains(status) { return .refused(status) }
            return .unknown
        }
    }

    /// Notes what this user was shown.
    func show(_ place: String, _ text: String) { course.shown.add(ShownText(user: name, place: place, text: text)) }

    /// A word that stands in all that this user writes, and nowhere else.
    var word: String { Self.word(of: name, journey.world) }

    /// The word of any user.
    static func word(of user: String, _ world: World) -> String {
        let bits = Chance(seed: world.blueprint.seed).draw(site: "chaos word", actor: user, occurrence: 0).bits
        return "w" + Fingerprint(value: bits).description
    }

    /// Does something, up to four times with growing pauses; nil where none succeeded.
    func insist<Value: Sendable>(_ body: () async throws -> Value) async -> Value? {
        var pause = Duration.milliseconds(80)
        for _ in 0..<3 {
            if case .done(let value) = await attempt(body) { return value }
            await rest(pause)
            pause = pause * 3
        }
        return await attempt(body).value
    }

    /// Checks what must hold in the end. Virtual time has settled all before; where time is real, one does not wait for what may
    /// take longest, but looks again until it holds.
    func eventually(_ body: (_ isAgain: Bool) async throws -> Void) async throws {
        try await journey.eventually(within: Simulation.current == nil ? ChaosCourse.settlingTime : .zero, body)
    }

    /// Does something that must succeed once the faults have ended, if not at once: a connection may have to be found dead
    /// first, and a breaker to close. Throws the last error.
    func recover<Value>(_ what: String, _ body: () async throws -> Value) async throws -> Value {
        try await journey.take("after the faults: " + what) {
            var pause = Duration.milliseconds(200)
            for _ in 0..<9 {
                do { return try await body() } catch is JourneyEnded { throw JourneyEnded() } catch {
                    try await journey.clock.sleep(for: pause)
                    pause = min(pause * 3, .seconds(31))
                }
            }
            return try await body()
        }
    }
}
