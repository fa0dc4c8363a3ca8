import Foundation
import Models
import Testing

@Suite struct ManifestTests {
    private static func read(_ json: String) throws -> ModelManifest { try ModelManifest(json: Data(json.utf8)) }

    @Test("Every field is read, and what may be left out has its default")
    func fields() throws {
        let manifest = try Self.read(
            """
            {"name": "echonet-ef", "architecture": "r2plus1d_18", "task": "regression",
             "outputs": [{"name": "EF", "unit": "%"}], "strip_prefix": "module.",
             "input": {"frames": 32, "period": 2, "height": 112, "width": 112, "layout": "NCTHW", "channels": "BGR",
                       "range": [0, 255], "mean": [32.7, 32.8, 33.0], "std": [50.2, 50.3, 50.7],
                       "frame_rate": 50, "preparation": "echonet-dynamic"},
             "licence": "research", "intended_use": "none"}
            """)
        #expect(manifest.architecture.summary == "r2plus1d_18")
        #expect(manifest.outputs.map(\.unit) == ["%"])
        #expect(manifest.input.channels == .bgr && manifest.input.period == 2 && manifest.input.range == [0, 255])
        #expect(manifest.input.frameRate == 50 && manifest.input.preparation == .echoNet)
        let short = try Self.read(
            #"{"name": "a", "architecture": "mc3_18", "task": "classification", "input": {"frames": 8, "height": 32, "width": 30}}"#
        )
        #expect(short.input.period == 1 && short.input.mean == [0, 0, 0] && short.input.std == [1, 1, 1])
        #expect(short.input.channels == .rgb && short.input.range == [0, 1] && short.labels.isEmpty)
        #expect(short.input.frameRate == nil && short.input.preparation == .region)
    }

    @Test(
        "The manifests that come with the project are valid",
        arguments: [
            ("echonet-dynamic-ef", ["EF"]), ("kinetics400-r2plus1d_18", nil), ("kinetics400-r3d_18", nil),
            ("kinetics400-mc3_18", nil),
        ] as [(String, [String]?)])
    func ready(_ name: String, _ outputs: [String]?) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let manifest = try ModelManifest(json: Data(contentsOf: root.appending(path: "Config/models/\(name).json")))
        #expect(manifest.name == name && manifest.input.height == 112)
        if let outputs {
            #expect(manifest.outputNames == outputs && manifest.stripPrefix == "module.")
        } else {
            #expect(Set(manifest.labels).count == 400 && manifest.labels.sorted().first == "abseiling")
            #expect("kinetics400-\(manifest.architecture.summary)" == name)
        }
    }

    @Test(
        "What is wrong is named by its path",
        arguments: [
            (#"{"#, "this is no valid JSON"),
            (#"[]"#, "expected an object"),
            (#"{"name": "a/b"}"#, "architecture: this field is missing"),
            (#"{"nam": "a"}"#, "nam: unknown field; known here: architecture"),
            (base("\"architecture\": \"resnet\""), "architecture: resnet is not known"),
            (
                base("\"architecture\": {\"family\": \"r3d\", \"channels\": [1, 2, 3], \"blocks\": [1, 1, 1, 1]}"),
                "four numbers"
            ),
            (
                base("\"architecture\": {\"family\": \"x3d\", \"channels\": [1, 2, 3, 4], \"blocks\": [1, 1, 1, 1]}"),
                "architecture.family"
            ),
            (input("\"frames\": 0"), "input.frames: expected a number from 1 to 4096"),
            (input("\"frames\": \"8\""), "input.frames: expected a whole number"),
            (input("\"frames\": 8, \"std\": [1, 0, 1]"), "input.std: expected positive numbers"),
            (input("\"frames\": 8, \"mean\": [1]"), "input.mean: expected 3 numbers"),
            (input("\"frames\": 8, \"layout\": \"NTHWC\""), "input.layout"),
            (input("\"frames\": 8, \"fps\": 25"), "input.fps: unknown field"),
            (input("\"frames\": 8, \"frame_rate\": 0"), "input.frame_rate: expected frames a second"),
            (input("\"frames\": 8, \"preparation\": \"crop\""), "input.preparation: expected region or echonet"),
            (input("\"frames\": 8, \"preparation\": \"echonet-dynamic\""), "112x112"),
        ])
    func refusals(_ json: String, _ text: String) throws {
        let error = #expect(throws: ModelError.self) { try Self.read(json) }
        let description = error?.description ?? ""
        #expect(description.contains(text), "\(description)")
    }

    private static func base(_ architecture: String) -> String {
        #"{"name": "a", "task": "regression", \#(architecture), "input": {"frames": 8, "height": 8, "width": 8}}"#
    }

    private static func input(_ fields: String) -> String {
        #"{"name": "a", "task": "regression", "architecture": "r3d_18", "input": {\#(fields), "height": 8, "width": 8}}"#
    }
}
