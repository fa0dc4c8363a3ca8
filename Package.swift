// swift-tools-version: 6.2

import PackageDescription

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let jwt: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")

/// A Swift target with the settings that all of them share.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A test target; release mode with `package` access needs no testable imports.
func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: ["TestSupport"] + dependencies, swiftSettings: strict)
}

/// The commit that is built, for the provenance of results: BUILD_REVISION of the environment, which the Makefile sets. Nothing else passes.
let revision: [CSetting] = {
    guard let revision = Context.environment["BUILD_REVISION"],
        revision.wholeMatch(of: /[0-9a-f]{40}(-modified)?/) != nil
    else { return [] }
    return [.define("CINEGRAD_REVISION", to: "\"\(revision)\"")]
}()

let package = Package(
    name: "cinegrad",
    products: [.executable(name: "cinegrad", targets: ["cinegrad"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // Tier 0: foreign libraries behind C headers, and what depends on nothing.
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(
            name: "CFFmpeg", pkgConfig: "libavformat",
            providers: [.apt(["libavcodec-dev", "libavformat-dev", "libswscale-dev"])]),
        .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev", "libfreetype-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        .target(
            name: "COpticalFlow",
            cxxSettings: [.unsafeFlags(["-I/usr/include/opencv4"])],
            linkerSettings: [
                .linkedLibrary("opencv_core"), .linkedLibrary("opencv_imgproc"), .linkedLibrary("opencv_video"),
            ]),
        .target(
            name: "CResampling",
            cxxSettings: [.unsafeFlags(["-I/usr/include/opencv4"])],
            linkerSettings: [.linkedLibrary("opencv_core"), .linkedLibrary("opencv_imgproc")]),
        .target(
            name: "CDICOM",
            linkerSettings: [
                "dcmdata", "dcmjpeg", "dcmjpls", "ijg8", "oflog", "ofstd", "openjp2", "z",
            ].map { .linkedLibrary($0) }),
        .target(name: "CIsolation"),
        .target(name: "CReadiness"),
        .target(name: "CPicture", dependencies: ["CPNG"]),
        .target(name: "CTypeface", exclude: ["data"]),
        .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3", "-ffp-contract=fast"])]),
        .target(name: "CBundledModels", exclude: ["data"]),
        .target(name: "CSampleClip", exclude: ["data"]),
        .target(name: "CContract"),
        .target(name: "CRevision", cSettings: revision),
        module("DICOM", ["CDICOM", crypto]),
        module("Tensors"),
        module("Telemetry", [logging]),
        module("OpenID", [jwt, crypto, logging]),
        module("Store", ["CZstd", grdb, crypto, logging]),
        module("HTTPServer", ["CReadiness", "CZlib", httpTypes, logging]),

        // Tier 1.
        module("Autodiff", ["Tensors", "CKernels", "COpenBLAS"]),
        module("Checkpoints", ["Tensors", "CZip"]),
        module("Cine", ["Tensors"]),
        module("Jobs", ["Store", "Telemetry", crypto, logging]),

        // Tier 2.
        .target(
            name: "ONNX",
            dependencies: [
                "Tensors", "Autodiff", "Checkpoints", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["Proto/onnx.proto"], swiftSettings: strict),
        module("Models", ["Tensors", "Autodiff", "Checkpoints", "ONNX", "CBundledModels", crypto]),
        module("Video", ["Tensors", "Cine", "CFFmpeg", "CResampling", "CIsolation", "DICOM"]),
        module("Rendering", ["Tensors", "Cine", "CCairo", "CPicture", "CTypeface"]),
        module("Motion", ["Tensors", "Cine", "CKernels", "COpticalFlow"]),

        // Tier 3 to 7.
        module("Attribution", ["Tensors", "Cine", "Autodiff", "Motion"]),
        module("Evaluation", ["Tensors", "Cine", "CKernels", "Motion", "Attribution", "Models"]),
        module("Training", ["Tensors", "Cine", "Autodiff", "Checkpoints", "Models", "Evaluation"]),
        module(
            "Pipelines",
            [
                "Tensors", "Autodiff", "CIsolation", "Cine", "DICOM", "Video", "Rendering", "Motion", "Models",
                "Checkpoints", "Attribution", "Evaluation", "ONNX", "Store", "Jobs", "CRevision", crypto, logging,
            ]),
        module(
            "API",
            [
                "Tensors", "Cine", "DICOM", "Video", "Rendering", "Motion", "Attribution", "Evaluation", "HTTPServer",
                "Pipelines", "Jobs",
                "Store", "Telemetry", "OpenID", "Models", "Checkpoints", "CSampleClip", "CContract", crypto, httpTypes,
                logging,
            ]),
        .executableTarget(
            name: "cinegrad",
            dependencies: [
                "API", "HTTPServer", "Pipelines", "Jobs", "Store", "Telemetry", "OpenID", "Attribution",
                "Motion", "Models", "Checkpoints", "DICOM", "Video", "Rendering", "Cine", "Tensors", "Evaluation",
                "Training",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "Yams", package: "Yams"),
                httpTypes, logging,
            ],
            swiftSettings: strict),

        // Measures; no product. Benchmarks/ has the scripts that run it and the results.
        .executableTarget(
            name: "bench",
            dependencies: [
                "Tensors", "Autodiff", "Cine", "Motion", "Checkpoints", "Models", "Attribution", "Evaluation",
                "Training",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Tests mirror the sources.
        .target(
            name: "TestSupport", dependencies: ["Tensors", "Checkpoints", "CZlib", "OpenID", jwt, logging],
            path: "Tests/TestSupport", swiftSettings: strict),
        tests("TensorsTests", ["Tensors"]),
        tests("CineTests", ["Tensors", "Cine"]),
        tests("CheckpointsTests", ["Tensors", "Checkpoints"]),
        tests("AutodiffTests", ["Tensors", "Autodiff"]),
        tests("ONNXTests", ["Tensors", "Autodiff", "ONNX"]),
        tests("ModelsTests", ["Tensors", "Autodiff", "Checkpoints", "ONNX", "Models"]),
        tests("DICOMTests", ["DICOM"]),
        tests("VideoTests", ["Tensors", "Cine", "Video", "DICOM", "CSampleClip"]),
        tests("RenderingTests", ["Tensors", "Cine", "Rendering", "Video", "CSampleClip"]),
        tests("MotionTests", ["Tensors", "Cine", "Autodiff", "Motion"]),
        tests("AttributionTests", ["Tensors", "Cine", "Autodiff", "Motion", "Models", "Checkpoints", "Attribution"]),
        tests("TelemetryTests", ["Telemetry", logging]),
        tests("OpenIDTests", ["OpenID", "HTTPServer", httpTypes, logging]),
        tests("HTTPServerTests", ["HTTPServer", httpTypes, logging]),
        tests("StoreTests", ["Store", grdb]),
        tests("JobsTests", ["Jobs", "Store", "Telemetry", "HTTPServer", httpTypes, logging]),
        tests("TrainingTests", ["Tensors", "Autodiff", "Checkpoints", "Models", "Evaluation", "Training"]),
        tests("EvaluationTests", ["Evaluation", "Attribution", "Models", "Tensors", "Cine"]),
        tests(
            "PipelinesTests",
            [
                "Tensors", "Autodiff", "Checkpoints", "Cine", "Video", "Motion", "Models", "Attribution", "Store",
                "Jobs",
                "Pipelines", "CSampleClip", logging,
            ]),
        tests(
            "APITests",
            [
                "Tensors", "Cine", "DICOM", "Video", "Rendering", "Motion", "Attribution", "Evaluation", "Models",
                "Checkpoints",
                "Store",
                "Jobs", "Telemetry", "Pipelines", "ONNX", "OpenID",
                "HTTPServer", "API", httpTypes, logging, crypto,
                .product(name: "Yams", package: "Yams"),
            ]),
        tests(
            "EndToEndTests",
            [
                "Tensors", "Cine", "HTTPServer", "Jobs", "Models", "Checkpoints", "Evaluation", "Store", "Training",
                "API", "OpenID", "cinegrad", httpTypes, logging,
            ]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu17,
    cxxLanguageStandard: .cxx17
)

// Fuzzers bring a main function of their own: `make fuzz` builds them, and nothing else does.
if Context.environment["CINEGRAD_FUZZ"] != nil {
    let fuzzed = strict + [.unsafeFlags(["-parse-as-library"])]
    package.targets += [
        .executableTarget(
            name: "CheckpointFuzzer", dependencies: ["Tensors", "Checkpoints"], path: "Fuzz/Checkpoints",
            swiftSettings: fuzzed),
        .executableTarget(
            name: "HTTPFuzzer", dependencies: ["HTTPServer", httpTypes], path: "Fuzz/HTTP", swiftSettings: fuzzed),
        .executableTarget(
            name: "GraphFuzzer", dependencies: ["Tensors", "Autodiff", "ONNX"], path: "Fuzz/Graphs",
            swiftSettings: fuzzed),
    ]
}
