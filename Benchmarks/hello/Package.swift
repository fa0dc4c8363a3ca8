// swift-tools-version: 6.0

import PackageDescription

// The server that Benchmarks/load.py measures this one beside: nothing else of the project needs it.
let package = Package(
    name: "hello",
    platforms: [.macOS(.v14)],
    dependencies: [.package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.0.0")],
    targets: [
        .executableTarget(
            name: "hello", dependencies: [.product(name: "Hummingbird", package: "hummingbird")],
            swiftSettings: [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))])
    ]
)
