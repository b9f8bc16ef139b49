// What a service lives in: time, chance, stores and the other services, all from its world.

public import HTTPTypes
public import Kernel
public import Logging
public import StoreKit
public import Wire

/// Everything that a service may reach outside itself.
public struct ServiceContext: Sendable {
    /// The name of the service.
    public let name: String
    /// The world's time.
    public let clock: WorldClock
    /// The world's chance, for this service.
    public let chance: ChanceSource
    /// The world's relational store.
    public let relational: any RelationalStore
    /// The world's cache.
    public let cache: any CacheStore
    /// The service's log.
    public let log: Logger
    /// The world's trace.
    public let trace: Trace
    /// What the services of this world show each other as `X-Service-Secret`; made anew for every world.
    public let serviceSecret: String
    /// The deviations from the contract that this world has switched on.
    public let deviations: Set<Deviation>
    /// What else may become of what the service does; nil where nothing may.
    public let faults: ServiceFaults?
    /// What the claims of tokens must be in this world.
    public let tokenRules: TokenRules
    /// The keys of `auth`, as far as this service has seen them.
    let publishedKeys = PublishedKeys()
    /// Whom tokens belonged to; of use only where the service deviates.
    let rememberedIdentities = RememberedIdentities()
    /// Where users' runs write files.
    public let artifacts: ArtifactDirectory
    /// The services of the world by name, with the addresses at which each is reached now, sorted.
    public let services: @Sendable () -> [(name: String, addresses: [Address])]
    private let callers: @Sendable (String) -> Caller

    /// A context from its parts. `callers` makes a caller from this service to another, `services` knows who is there.
    public init(
        name: String, clock: WorldClock, chance: ChanceSource, relational: any RelationalStore, cache: any CacheStore,
        log: Logger, trace: Trace, serviceSecret: String, deviations: Set<Deviation> = [],
        faults: ServiceFaults? = nil, tokenRules: TokenRules = TokenRules(), artifacts: ArtifactDirectory = ArtifactDirectory(),
        services: @escaping @Sendable () -> [(name: String, addresses: [Address])] = { [] },
        callers: @escaping @Sendable (String) -> Caller
    ) {
        self.name = name
        self.clock = clock
        self.chance = chance
        self.relational = relational
        self.cache = cache
        self.log = log
        self.trace = trace
        self.serviceSecret = serviceSecret
        self.deviations = deviations
        self.faults = faults
        self.tokenRules = tokenRules
        self.artifacts = artifacts
        self.services = services
        self.callers = callers
    }

    /// A way to call another service over the mesh.
    public func caller(_ service: String) -> Caller { callers(service) }

    /// The same call with the headers by which services recognise each other.
    public func signed(_ call: Call) -> Call {
        call.field(.serviceID, name).field(.serviceSecret, serviceSecret)
    }

    /// The service that sent a request, if it shows the world's secret. Compares in constant time.
    public func sender(of headers: HTTPFields) -> String? {
        guard let sender = headers[.serviceID], let shown = headers[.serviceSecret] else { return nil }
        return ConstantTime.areEqual(shown, serviceSecret) ? sender : nil
    }
}

extension HTTPField.Name {
    /// `X-Service-ID`: which service sends.
    public static let serviceID = HTTPField.Name("X-Service-ID")!
    /// `X-Service-Secret`: the secret that the services of a world share.
    public static let serviceSecret = HTTPField.Name("X-Service-Secret")!
}
