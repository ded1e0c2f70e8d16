// swift-tools-version: 6.2
import PackageDescription

// Imports point down: a target may import only targets of a lower layer; ARCHITECTURE.md says what
// lives where.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let nio = "swift-nio"

func target(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "pointsman",
    products: [.executable(name: "pointsman", targets: ["pointsman"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Layer 0
        target("Addresses"),

        // Layer 1
        target("Wire", ["Addresses"]),
        target("KubeAPI", ["Addresses"]),

        // Layer 2
        target("LoadBalancing", ["Addresses", "KubeAPI", "Wire"]),
        target("Watching", ["KubeAPI"]),
        target("Storage"),

        // Layer 3
        target("CLinux"),
        target("Linux", ["CLinux", "Addresses", "Wire"]),
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        target("SQLiteStorage", ["CSQLite", "Storage"]),
        target("Probing", ["KubeAPI", "Linux"]),
        target(
            "Certificates",
            [
                "Addresses", .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        target(
            "APIClient",
            [
                "KubeAPI", "Watching",
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),

        // Layer 4
        target(
            "APIServer",
            [
                "CZlib", "KubeAPI", "LoadBalancing", "Watching", "Storage",
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        target(
            "Controllers",
            [
                "KubeAPI", "LoadBalancing", "Watching", "Linux", "Probing",
                .product(name: "Logging", package: "swift-log"),
            ]),
        target(
            "DataPlanes",
            [
                "KubeAPI", "LoadBalancing", "Linux", "Watching",
                .product(name: "Logging", package: "swift-log"),
            ], exclude: ["Userspace/README.md", "NFTables/README.md"]),
        target(
            "DNSServer",
            [
                "Addresses", "KubeAPI", "LoadBalancing", "Wire", "Linux",
                .product(name: "Logging", package: "swift-log"),
            ]),
        target(
            "Pods",
            [
                "KubeAPI", "Watching", "Linux", "Probing", "LoadBalancing",
                .product(name: "Logging", package: "swift-log"),
            ], exclude: ["README.md"]),

        // Layer 5
        .executableTarget(
            name: "pointsman",
            dependencies: [
                "APIClient", "APIServer", "Controllers", "DataPlanes", "DNSServer", "Pods",
                "SQLiteStorage", "Certificates", "Storage", "Linux", "KubeAPI", "LoadBalancing",
                "Watching",
                "Addresses",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),

        // Benchmarks
        .executableTarget(
            name: "BenchmarkControllers",
            dependencies: [
                "Addresses", "KubeAPI", "LoadBalancing", "Watching", "Storage", "SQLiteStorage",
                "APIServer", "Controllers", "DataPlanes",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Benchmarks/Controllers", swiftSettings: settings),
        .executableTarget(
            name: "BenchmarkRelay",
            dependencies: ["Addresses", "DataPlanes", "Linux", "LoadBalancing"],
            path: "Benchmarks/Relay", swiftSettings: settings),
        .executableTarget(
            name: "BenchmarkConntrack",
            dependencies: ["Addresses", "DataPlanes", "Linux", "LoadBalancing", "Wire"],
            path: "Benchmarks/Conntrack", swiftSettings: settings),
        .executableTarget(
            name: "BenchmarkNFTables",
            dependencies: [
                "Addresses", "DataPlanes", "KubeAPI", "Linux", "LoadBalancing", "Watching",
            ],
            path: "Benchmarks/NFTables", swiftSettings: settings),
        .executableTarget(
            name: "BenchmarkJSON", dependencies: ["KubeAPI"], path: "Benchmarks/JSON",
            swiftSettings: settings, linkerSettings: [.linkedLibrary("m")]),

        .executableTarget(
            name: "BenchmarkDNS",
            dependencies: [
                "Addresses", "DNSServer", "KubeAPI", "Linux", "LoadBalancing", "Wire",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Benchmarks/DNS", swiftSettings: settings),

        // Conformance cases against the built binary (`make conformance`)
        .executableTarget(
            name: "conformance",
            dependencies: [
                "APIClient", "Addresses", "KubeAPI", "Linux", "LoadBalancing", "NetworkLab",
                "TestSupport", "Wire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/ConformanceRunner", swiftSettings: settings),
        .executableTarget(
            name: "BenchmarkAPI",
            dependencies: [
                "APIClient", "Addresses", "Certificates", "KubeAPI", "Linux", "ServerProcess",
                "Watching",
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            path: "Benchmarks/API", swiftSettings: settings),

        // Tests
        .target(
            name: "ServerProcess", dependencies: ["APIClient", "Linux"],
            path: "Tests/ServerProcess", swiftSettings: settings),
        .executableTarget(
            name: "SoakDriver",
            dependencies: [
                "APIClient", "Addresses", "KubeAPI", "Linux", "ServerProcess", "TestSupport",
                "Watching",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Soak", swiftSettings: settings),
        .executableTarget(
            name: "FailoverDriver",
            dependencies: [
                "APIClient", "Addresses", "KubeAPI", "Linux", "ServerProcess", "TestSupport",
                "Watching",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Failover", swiftSettings: settings),
        .target(
            name: "TestSupport",
            dependencies: ["Addresses", "KubeAPI", "LoadBalancing", "Watching", "Wire", "Yams"],
            path: "Tests/TestSupport", swiftSettings: settings),
        .target(
            name: "NetworkLab",
            dependencies: [
                "Addresses", "DataPlanes", "KubeAPI", "Linux", "LoadBalancing", "TestSupport",
                "Watching", "Wire", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/NetworkLab", swiftSettings: settings),
        tests(
            "NetworkLabTests",
            [
                "Addresses", "DataPlanes", "KubeAPI", "Linux", "LoadBalancing", "NetworkLab",
                "TestSupport", "Wire",
            ]),
        tests("AddressesTests", ["Addresses"]),
        tests("WireTests", ["Addresses", "Wire"]),
        tests("KubeAPITests", ["Addresses", "KubeAPI", "Yams"]),
        tests("LoadBalancingTests", ["Addresses", "KubeAPI", "LoadBalancing", "TestSupport"]),
        tests("WatchingTests", ["Watching", "TestSupport"]),
        tests("StorageTests", ["Storage", "SQLiteStorage"]),
        tests("LinuxTests", ["Linux"]),
        tests("ProbingTests", ["Probing"]),
        tests(
            "CertificatesTests",
            [
                "Certificates", .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ]),
        tests("APIClientTests", ["APIClient", "TestSupport"]),
        tests(
            "APIServerTests",
            [
                "APIServer", "SQLiteStorage", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOEmbedded", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        tests("ControllersTests", ["Controllers", "TestSupport"]),
        tests("DataPlanesTests", ["DataPlanes", "TestSupport"]),
        tests(
            "DNSServerTests",
            [
                "Addresses", "DNSServer", "KubeAPI", "Linux", "LoadBalancing", "TestSupport",
                "Wire",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests("PodsTests", ["Pods", "TestSupport"]),
        tests("PointsmanTests", ["pointsman"]),
        tests("EndToEndTests", ["pointsman", "FailoverDriver", "SoakDriver"]),
    ]
)

// `POINTSMAN_TARGETS="KubeAPI KubeAPITests …" swift test` builds only the named targets and what they need.
if let only = Context.environment["POINTSMAN_TARGETS"] {
    var wanted = Set(only.split(separator: " ").map(String.init))
    var size = 0
    while size != wanted.count {
        size = wanted.count
        for target in package.targets where wanted.contains(target.name) {
            for case .byNameItem(let name, _) in target.dependencies { wanted.insert(name) }
        }
    }
    package.targets.removeAll { !wanted.contains($0.name) }
    if !wanted.contains("pointsman") { package.products = [] }
}
