// swift-tools-version: 6.2
import PackageDescription

// Imports point down: a target may import only targets of a lower layer. ARCHITECTURE.md says what lives where.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let nio = "swift-nio"

func target(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
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
        target("LoadBalancing", ["Addresses", "KubeAPI"]),
        target("Watching", ["KubeAPI"]),
        target("Storage"),

        // Layer 3
        target("CLinux"),
        target("Linux", ["CLinux", "Addresses", "Wire"]),
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        target("SQLiteStorage", ["CSQLite", "Storage"]),
        target(
            "APIClient",
            [
                "KubeAPI", "Watching", "Yams",
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),

        // Layer 4
        target(
            "APIServer",
            [
                "KubeAPI", "LoadBalancing", "Watching", "Storage",
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        target(
            "Controllers",
            [
                "KubeAPI", "LoadBalancing", "Watching", "Linux",
                .product(name: "Logging", package: "swift-log"),
            ]),
        target(
            "DataPlanes",
            [
                "KubeAPI", "LoadBalancing", "Linux", "Watching",
                .product(name: "Logging", package: "swift-log"),
            ]),
        target(
            "DNSServer",
            [
                "LoadBalancing", "Wire", "Linux", .product(name: "Logging", package: "swift-log"),
            ]),
        target(
            "Pods",
            [
                "KubeAPI", "Watching", "Linux", "LoadBalancing",
                .product(name: "Logging", package: "swift-log"),
            ]),

        // Layer 5
        .executableTarget(
            name: "pointsman",
            dependencies: [
                "APIClient", "APIServer", "Controllers", "DataPlanes", "DNSServer", "Pods",
                "SQLiteStorage",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: settings),

        // Tests
        tests("AddressesTests", ["Addresses"]),
    ]
)
