// swift-tools-version: 6.2
// A module imports only what its target names here; CI builds with --explicit-target-dependency-import-check error.
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A library of ours.
func module(_ name: String, _ path: String? = nil, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(path ?? name)", swiftSettings: settings)
}

/// A test target: the modules it tests, and Swift Testing.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func nio(_ product: String) -> Target.Dependency { .product(name: product, package: "swift-nio") }
let nioCore = nio("NIOCore")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let nioHTTPTypes: [Target.Dependency] = [
    .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
    .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
]
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let collections: Target.Dependency = .product(name: "Collections", package: "swift-collections")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let jwtKit: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "_CryptoExtras", package: "swift-crypto")

let package = Package(
    name: "backlot",
    products: [.executable(name: "backlot", targets: ["backlot"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
        .package(url: "https://github.com/apple/swift-crypto", "3.12.0"..<"5.0.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/onevcat/Rainbow", from: "4.2.0"),
    ],
    targets: [
        // System modules: a module map and a shim.
        .target(name: "CInterpose", path: "Sources/System/CInterpose"),
        .systemLibrary(
            name: "CLibPQ", path: "Sources/System/CLibPQ", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .systemLibrary(
            name: "CHiredis", path: "Sources/System/CHiredis", providers: [.apt(["libhiredis-dev"]), .brew(["hiredis"])]),

        // Ground.
        module("Kernel", nil, ["CInterpose", .product(name: "DequeModule", package: "swift-collections")]),
        module("AnalyticsEngine"),
        module("Fixtures", nil, [.product(name: "Yams", package: "Yams")]),
        module(
            "Wire", nil,
            [nioCore, nio("NIOHTTP1"), nio("NIOWebSocket"), nio("NIOFoundationCompat"), httpTypes] + nioHTTPTypes),

        // Contracts and rules.
        module("StoreKit", "Stores/StoreKit", ["Kernel", "Fixtures"]),
        module("Faults", nil, ["Kernel", "Wire", "Fixtures"]),
        module("Mesh", nil, ["Kernel", "Wire", "Faults", nioCore, nio("NIOWebSocket"), httpTypes]),
        module(
            "ServiceKit", "Services/ServiceKit",
            [
                "Kernel", "Wire", "StoreKit", "Fixtures", nioCore, nio("NIOHTTP1"), nio("NIOWebSocket"), httpTypes, hummingbird,
                logging, jwtKit,
            ] + nioHTTPTypes),
        module("Clients", nil, ["Wire", nioCore, httpTypes, crypto]),

        // Leaves: they never import each other.
        module("SimulatedTransport", "Transports/Simulated", ["Kernel", "Wire", nioCore]),
        module("LoopbackTransport", "Transports/Loopback", ["Wire", nioCore, nio("NIOPosix")]),
        module("ControlAPI", nil, ["Kernel", "Wire", "LoopbackTransport", nioCore, nio("NIOHTTP1")]),
        module("MemoryCache", "Stores/Memory", ["StoreKit", "Kernel", deque]),
        module(
            "SQLiteStore", "Stores/SQLite",
            ["StoreKit", .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift")]),
        module("PostgresStore", "Stores/Postgres", ["StoreKit", "Kernel", "Fixtures", "CLibPQ"]),
        module("RedisStore", "Stores/Redis", ["StoreKit", "Kernel", "Fixtures", "CHiredis"]),
        module(
            "AuthService", "Services/Auth",
            [
                "ServiceKit", "Kernel", "Wire", "StoreKit", "Fixtures", jwtKit, crypto,
                cryptoExtras, hummingbird, httpTypes, nioCore, logging,
            ]),
        module(
            "AgentService", "Services/Agent",
            ["ServiceKit", "Kernel", "Wire", "StoreKit", "Fixtures", deque, hummingbird, httpTypes, nioCore, logging]),
        module(
            "EventsService", "Services/Events",
            ["ServiceKit", "Kernel", "Wire", "StoreKit", deque, hummingbird, httpTypes, nioCore, logging]),
        module(
            "LLMService", "Services/LLM",
            ["ServiceKit", "Kernel", "Wire", "StoreKit", "Fixtures", hummingbird, httpTypes, nioCore, logging]),
        module(
            "AnalyticsService", "Services/Analytics",
            ["AnalyticsEngine", "ServiceKit", "Kernel", "StoreKit", hummingbird, httpTypes, nioCore]),

        module(
            "CacheService", "Services/Cache",
            ["ServiceKit", "Wire", "StoreKit", nioCore, logging]),

        // Assembly: blueprint in, running world out.
        module(
            "Worlds", nil,
            [
                "Kernel", "Wire", "Fixtures", "Faults", "Mesh", "StoreKit", "ServiceKit", "Clients", "SimulatedTransport",
                "LoopbackTransport", "MemoryCache", "SQLiteStore", "PostgresStore", "RedisStore", "AuthService", "AgentService",
                "EventsService", "LLMService", "AnalyticsService", "CacheService", logging, crypto, nioCore, httpTypes,
            ]),
        module("Suites", nil, ["Worlds", "Clients", "Kernel", "Mesh", "Wire", "StoreKit", nioCore, httpTypes]),
        module(
            "Runner", nil,
            [
                "Suites", "Worlds", "Kernel", "CInterpose", "Wire", "Faults", "Fixtures", "StoreKit", "CHiredis",
                .product(name: "Rainbow", package: "Rainbow"),
            ]),
        .executableTarget(
            name: "backlot",
            dependencies: [
                "Runner", "Worlds", "Kernel", "Wire", "Faults", "Fixtures", "ServiceKit", "Suites", "ControlAPI",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),

        tests("KernelTests", ["Kernel"]),
        tests("FixturesTests", ["Fixtures"]),
        tests("AnalyticsEngineTests", ["AnalyticsEngine"]),
        tests(
            "WireTests",
            [
                "Wire", "LoopbackTransport", "ServiceKit", "Kernel", "StoreKit", nioCore, nio("NIOEmbedded"), nio("NIOHTTP1"),
                nio("NIOWebSocket"), nio("NIOPosix"), httpTypes, hummingbird, logging,
            ]),
        .target(name: "TestSupport", path: "Tests/Support", swiftSettings: settings),
        tests("TransportTests", ["TestSupport", "SimulatedTransport", "LoopbackTransport", "Kernel", "Wire", nioCore]),
        tests("FaultTests", ["Faults", "Fixtures", "Kernel", "Wire"]),
        tests(
            "MeshTests",
            [
                "TestSupport", "Mesh", "Faults", "Fixtures", "SimulatedTransport", "LoopbackTransport", "Kernel", "Wire",
                "ServiceKit", nioCore, httpTypes, hummingbird, logging,
            ]),
        tests(
            "ControlAPITests",
            ["TestSupport", "ControlAPI", "LoopbackTransport", "Kernel", "Wire", nioCore, nio("NIOPosix")]),
        tests("CommandTests", ["Wire", "LoopbackTransport", nioCore, httpTypes]),
        tests("TidyTests", []),
        tests(
            "WorldTests",
            [
                "AuthService", "Worlds", "Suites", "Runner", "Kernel", "Clients", "Wire", "Faults", "Mesh", "Fixtures",
                "ServiceKit",
                "StoreKit", "PostgresStore", "RedisStore", "LoopbackTransport", nioCore, httpTypes,
            ]),
        tests(
            "StoreTests",
            ["StoreKit", "MemoryCache", "SQLiteStore", "PostgresStore", "RedisStore", "Worlds", "Kernel", "Fixtures"]),
        tests(
            "ServiceTests",
            [
                "AuthService", "AgentService", "EventsService", "LLMService", "AnalyticsService", "CacheService", "ServiceKit",
                "Clients",
                "Kernel", "Wire", "StoreKit", "MemoryCache",
                "SQLiteStore", "LoopbackTransport", "SimulatedTransport", "Fixtures", nioCore, nio("NIOEmbedded"), httpTypes,
                hummingbird, logging,
                jwtKit, cryptoExtras,
            ]),
    ]
)

// Benchmarks are no part of normal builds: they, and what only they need, are there when 'make bench' asks for them.
if Context.environment["BACKLOT_BENCHMARKS"] != nil {
    package.dependencies.append(.package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []))
    package.targets.append(
        .executableTarget(
            name: "BacklotBenchmarks",
            dependencies: [
                "Kernel", "Wire", "Faults", "Mesh", "ServiceKit", "Clients", "SimulatedTransport", "LoopbackTransport",
                "Worlds", "Suites", "Runner", hummingbird, logging, nioCore,
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Tests/Benchmarks/BacklotBenchmarks",
            swiftSettings: settings))
}
