// What a statement may know of the world: time, chance, zones and settings, all handed in by the caller.

/// Wrong behaviour that a caller can ask for, to test those who read the results.
public struct Quirks: Sendable, Equatable {
    /// `avg` counts NULL as a 0.
    public var averageCountsNulls = false
    /// What is counted with `count()` leaves out the block that was inserted last.
    public var countIsStale = false
    /// A condition `column = value` of WHERE on this column is ignored.
    public var ignoredFilterColumn: String?

    /// None.
    public init() {}
}

/// The surroundings of one statement.
public final class Context {
    /// Nanoseconds since 1970, for now().
    public let now: Int64
    /// 64 bits of chance at every call.
    let random: () -> UInt64
    /// For a zone's name: what gives its offset from UTC in seconds, at a time in seconds since 1970.
    let zones: (String) -> ((Int64) -> Int)?
    /// Settings by name.
    public var settings: Settings
    /// Values of `{name:Type}`.
    public let parameters: [String: String]
    /// The database of names without one.
    public var database: String
    /// The identifier of the query, for queryID().
    public let queryID: String
    /// Wrong behaviour to show.
    public let quirks: Quirks
    private var foundZones: [String: (Int64) -> Int] = [:]

    /// Surroundings from their parts. Without `zones` there is UTC alone.
    public init(
        now: Int64, database: String = "default", settings: Settings = Settings(), parameters: [String: String] = [:],
        queryID: String = "", quirks: Quirks = Quirks(), random: @escaping () -> UInt64,
        zones: @escaping (String) -> ((Int64) -> Int)? = { _ in nil }
    ) {
        self.now = now
        self.random = random
        self.zones = zones
        self.settings = settings
        self.parameters = parameters
        self.database = database
        self.queryID = queryID
        self.quirks = quirks
    }

    /// The offset of a zone from UTC, as a function of the time. Throws 36 for a zone that is not known.
    func offset(of zone: String?) throws -> (Int64) -> Int {
        guard let zone, !["UTC", "Etc/UTC", "GMT", "Etc/GMT", "Universal", "Zulu"].contains(zone) else { return { _ in 0 } }
        if let found = foundZones[zone] { return found }
        guard let found = zones(zone) else {
            throw EngineError(.badArguments, "Cannot load time zone \(zone)")
        }
        foundZones[zone] = found
        return found
    }

    /// The same surroundings with other settings.
    func with(_ changes: [(name: String, value: Value)]) throws -> Context {
        let context = Context(
            now: now, database: database, settings: settings, parameters: parameters, queryID: queryID, quirks: quirks,
            random: random, zones: zones)
        context.foundZones = foundZones
        for (name, value) in changes { try context.settings.set(name, value) }
        return context
    }
}
