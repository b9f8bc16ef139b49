// Swarm testing: every seed has another random part of the catalogue, with other parameters.

public import Kernel

/// Faults that hang on the seed: each kind of the catalogue is in or out with even chance, and has parameters of its own.
///
/// Leaving whole kinds out finds more than having a little of all at once, since some faults hide what others would show
/// (Groce, Zhang, Eide, Chen, Regehr, "Swarm Testing", ISSTA 2012).
public struct Swarm: Sendable {
    /// The roles that ends may have: the services, and `client`.
    let endpoints: [String]
    /// Whether every kind is in, at high rates.
    let isHostile: Bool

    /// A swarm over these services; a hostile one leaves no kind out and draws all rates from the upper end up to three
    /// times that.
    public init(services: [String], isHostile: Bool = false) {
        endpoints = services + ["client"]
        self.isHostile = isHostile
    }

    /// The faults of a seed, in the catalogue's order. Whether a kind is in, and what it is like, hangs on the seed and
    /// its name alone: a new kind in the catalogue leaves the others as they were.
    public func faults(of chance: Chance) -> [PlannedFault] {
        FaultCatalogue.kinds.compactMap { kind in
            var dice = SwarmDice(
                services: endpoints.filter { $0 != "client" }, chance: chance, kind: kind.name, isHostile: isHostile)
            guard dice.number(0, 1) == 1 || isHostile else { return nil }
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
    private let isHostile: Bool
    private var rolls: UInt64 = 0

    init(services: [String], chance: Chance, kind: String, isHostile: Bool = false) {
        self.services = services
        self.isHostile = isHostile
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
        let (least, most) = isHostile ? (high, min(100, high * 3)) : (low, high)
        let tenths = number(Int(least * 10), Int(most * 10))
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
