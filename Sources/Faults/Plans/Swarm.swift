// Swarm testing: every seed has another random part of the catalogue, with other parameters.

public import Kernel

/// Faults that hang on the seed: each kind of the catalogue is in or out with even chance, and has parameters of its own.
///
/// Leaving whole kinds out finds more than having a little of all at once, since some faults hide what others would show
/// (Groce, Zhang, Eide, Chen, Regehr, "Swarm Testing", ISSTA 2012).
public struct Swarm: Sendable {
    /// The roles that ends may have: the services, and `client`.
    let endpoints: [String]

    /// A swarm over these services.
    public init(services: [String]) { endpoints = services + ["client"] }

    /// The faults of a seed, in the catalogue's order. Whether a kind is in, and what it is like, hangs on the seed and
    /// its name alone: a new kind in the catalogue leaves the others as they were.
    public func faults(of chance: Chance) -> [PlannedFault] {
        FaultCatalogue.kinds.compactMap { kind in
            var dice = SwarmDice(services: endpoints.filter { $0 != "client" }, chance: chance, kind: kind.name)
            guard dice.number(0, 1) == 1 else { return nil }
            let text = kind.swarm(&dice)
            do {
                return try FaultExpression.parse(text, endpoints: endpoints, source: "swarm")
            } catch {
                preconditionFailure("the fault '\(kind.name)' writes '\(text)' for swarms: \(error)")
            }
        }
    }
}

/// What a kind of fault draws its swarm form from.
struct SwarmDice {
    let services: [String]
    private let chance: Chance
    private let kind: String
    private var rolls: UInt64 = 0

    init(services: [String], chance: Chance, kind: String) {
        self.services = services
        self.chance = chance
        self.kind = kind
    }

    private mutating func roll() -> Draw {
        rolls += 1
        return chance.draw(site: "swarm", actor: kind, occurrence: rolls)
    }

    /// A whole number from a range, each equally likely.
    mutating func number(_ low: Int, _ high: Int) -> Int { low + Int(roll().number(below: UInt64(high - low + 1))) }

    /// One of several.
    mutating func pick(_ choices: [String]) -> String { choices[number(0, choices.count - 1)] }

    /// A duration of so many milliseconds, as it is written.
    mutating func duration(_ low: Int, _ high: Int) -> String { "\(number(low, high))ms" }

    /// A percentage in tenths, as it is written.
    mutating func percent(_ low: Double, _ high: Double) -> String {
        let tenths = number(Int(low * 10), Int(high * 10))
        return "\(tenths / 10).\(tenths % 10)%"
    }

    /// One of the services.
    var service: String { mutating get { pick(services) } }

    private var ends: (String, String) {
        mutating get { (pick(["*", "client"] + services), pick(["*"] + services)) }
    }

    /// A link, both ways or one.
    var link: String {
        mutating get {
            let (caller, callee) = ends
            return caller + pick(["<->", "<->", "->", "<-"]) + callee
        }
    }

    /// A link, one way.
    var oneWay: String {
        mutating get {
            let (caller, callee) = ends
            return caller + pick(["->", "<-"]) + callee
        }
    }
}
