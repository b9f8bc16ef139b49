// Plans by name: none, light, swarm, hostile.

public import Fixtures

extension FaultPlan {
    /// The names of the plans that need no file.
    public static let names = ["none", "light", "swarm", "hostile"]

    /// The plan of a name, for a world with these services. Throws an `InputError` with the nearest name.
    ///
    /// `light` is what a good network does on a bad day, and what well-made services absorb; `swarm` is another rough
    /// world under every seed; `hostile` has every kind at once, at high rates.
    public static func named(_ name: String, services: [String], at place: Place? = nil) throws -> FaultPlan {
        switch name {
        case "none": .none
        case "light": try light(services)
        case "swarm": FaultPlan(swarm: Swarm(services: services))
        case "hostile": FaultPlan(swarm: Swarm(services: services, isHostile: true))
        default: throw InputError.unknown("fault plan", name, known: names, at: place)
        }
    }

    private static func light(_ services: [String]) throws -> FaultPlan {
        let lines = [
            "*<->*: latency(mean=40ms, jitter=30ms)~2%", "*<->*: jitter(max=2ms)~20%", "client<-events: event-duplicate~2%",
            "client<-events: event-delay(min=10ms, max=150ms)~3%",
            // Where the callers of these fakes try again: whoever they validate a token with, and whatever an agent calls.
            "agent->* /**: http-503~1%", "events->auth /**: http-503~1%",
        ]
        let endpoints = services + ["client", "agent", "events", "auth"]
        return FaultPlan(try lines.map { try FaultExpression.parse($0, endpoints: endpoints, source: "light") })
    }
}
