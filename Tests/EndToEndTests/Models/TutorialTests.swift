import Foundation
import TestSupport
import Testing

/// The tutorials on models, carried out: their commands work, and print what they say.
struct TutorialTests {
    @Test func commandsWorkAndPrintWhatTheTutorialSays() async throws {
        let directory = try TemporaryDirectory()
        let tutorial = try await Tutorial("docs/models.md", in: directory)
        for (file, network, prefix) in [("best.pt", "r2plus1d_18_k1", "module."), ("r3d_18.pt", "r3d_18_k400", "")] {
            try tutorial.makeCheckpoint(file, network: network, prefix: prefix)
        }
        let commands = tutorial.commands
        // Explaining with networks of this size takes minutes; other tests explain with small ones.
        let quick = commands.filter { !$0.contains("video=@") && !$0.hasPrefix("cinegrad explain") }
        #expect(quick.count >= 9 && commands.count - quick.count == 3)
        try await expectClaims(9, of: tutorial, after: quick)
    }

    /// - Parameter count: the least number of lines that the page says are printed.
    private func expectClaims(_ count: Int, of tutorial: Tutorial, after commands: [String]) async throws {
        var printed = ""
        for command in commands { printed += try await tutorial.run(command) }
        let claims = tutorial.claims
        #expect(claims.count >= count)
        for line in claims { #expect(printed.contains(line), "\(line) is nowhere in what was printed:\n\(printed)") }
    }

    private struct Report: Decodable {
        struct Prediction: Decodable {
            let value: Double
            let unit: String?
        }
        struct Windows: Decodable {
            struct Window: Decodable {
                let scores: [Double]
                let sourceStart: Int
            }
            let windows: [Window]
        }
        struct Provenance: Decodable {
            struct Clip: Decodable {
                let preparation: String?
                let resampledFrameRate, sourceFrameRate: Double?
                let sourceFrames: [Int]
            }
            let clip: Clip
        }

        let prediction: Prediction
        let windows: Windows
        let provenance: Provenance
    }

    /// EchoNet-Dynamic's path for a clip of 25 frames a second, by a network of its size.
    @Test func ejectionFractionsOfWindowsAreAveraged() async throws {
        let directory = try TemporaryDirectory()
        let tutorial = try await Tutorial("docs/echonet.md", in: directory)
        try tutorial.makeCheckpoint("best.pt", network: "r2plus1d_18_k1", prefix: "module.")
        try Data(DICOMObject.cine(frames: 36).bytes).write(to: directory.url.appending(path: "clip.dcm"))
        #expect(tutorial.commands.count == 6)
        try await expectClaims(2, of: tutorial, after: tutorial.commands)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let report = try decoder.decode(
            Report.self, from: Data(contentsOf: directory.url.appending(path: "ef/report.json")))
        let values = report.windows.windows.compactMap(\.scores.first)
        #expect(values.count == 3 && Set(values).count == 3)
        #expect(report.windows.windows.map(\.sourceStart) == [0, 1, 2])
        #expect(abs(report.prediction.value - values.reduce(0, +) / 3) < 1e-3 && report.prediction.unit == "%")
        let clip = report.provenance.clip
        #expect(clip.preparation == "echonet-dynamic")
        #expect(clip.sourceFrameRate == 25 && clip.resampledFrameRate == 50)
        #expect(clip.sourceFrames == Array(0..<34))
    }
}
