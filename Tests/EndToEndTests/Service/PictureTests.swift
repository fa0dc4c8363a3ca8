import Foundation
import TestSupport
import Tensors
import Testing

/// What pictures show is what the numbers say.
struct PictureTests {
    private let service: ServiceProcess
    private let explanation: ExplanationBody
    private let directory: TemporaryDirectory

    init() async throws {
        directory = try TemporaryDirectory()
        service = try await ServiceProcess.start(in: directory, environment: [:])
        let video = try await service.videoID(of: RealClip.shared.value.url)
        explanation = try await service.explain(
            video, #""model":"moving-shapes-sides","method":"gradient","checks":[]"#)
    }

    @Test func aPixelIsTheMagnitudeOnTheScale() async throws {
        for (kind, number) in [("pixels", 20), ("flow", 12), ("error", 4), ("first_frame", 0)] {
            let scale = try #require(explanation.report.map(kind)).scale
            let values = try await frameValues(kind, number)
            let picture = try PNGFile(
                try await service.curl(
                    "\(address(kind, number))?style=map&colormap=gray&zoom=1", [], expecting: 200
                ).body)
            #expect((picture.width, picture.height) == (112, 112))
            let pixels = try await picture.greyPixels()
            var worst = 0
            for (pixel, grey) in pixels.enumerated() {
                let squares = stride(from: pixel, to: values.count, by: pixels.count).reduce(0.0) {
                    $0 + Double(values[$1]) * Double(values[$1])
                }
                worst = max(worst, abs(Int(grey) - Self.grey(min(squares.squareRoot() / scale, 1))))
            }
            // The colour map has 256 steps, which neighbouring roundings may exchange.
            #expect(worst <= 2)
            #expect(Set(pixels).count > 50)
        }
    }

    @Test func theScaleIsInThePicture() async throws {
        for kind in ["pixels", "first_frame", "flow", "error"] {
            let scale = try #require(explanation.report.map(kind)).scale
            let values = try await service.map(explanation, kind)
            #expect(scale > 0)
            #expect(share(of: values, above: scale * 1.0001) <= 0.005)
            #expect(share(of: values, above: scale * 0.9999) >= 0.004)

            let path = "/v1/explanations/\(explanation.id)/maps/\(kind)"
            let sheet = try PNGFile(try await service.get(path, accept: "image/png", expecting: 200).body)
            let frame = try PNGFile(try await service.curl("\(path)/frames/0", [], expecting: 200).body)
            for texts in [sheet.texts, frame.texts] {
                #expect(texts["Scale"].flatMap { Double($0) } == scale)
                #expect(texts["Title"] == "\(kind) map of \(explanation.id)")
                #expect(texts["Disclaimer"] == explanation.report.notice)
            }
            #expect(frame.texts["Frame"] == (["flow", "error"].contains(kind) ? "1 of the clip" : "0 of the clip"))
        }
        // A scale of one's own is the one in the picture.
        let own = try PNGFile(
            try await service.curl("\(address("flow", 3))?scale=0.25", [], expecting: 200).body)
        #expect(own.texts["Scale"] == "0.25")
    }

    private func address(_ kind: String, _ frame: Int) -> String {
        "/v1/explanations/\(explanation.id)/maps/\(kind)/frames/\(frame)"
    }

    private func frameValues(_ kind: String, _ number: Int) async throws -> [Float] {
        try NumPy.decode(
            try await service.get(address(kind, number), accept: "application/x-npy", expecting: 200).body
        ).values
    }

    /// Of pixels whose magnitude over the components is larger.
    private func share(of map: Tensor, above limit: Double) -> Double {
        let values = map.values
        let pixels = values.count / map.shape.extents[0]
        let count = (0..<pixels).count { pixel in
            let squares = stride(from: pixel, to: values.count, by: pixels).reduce(0.0) {
                $0 + Double(values[$1]) * Double(values[$1])
            }
            return squares.squareRoot() > limit
        }
        return Double(count) / Double(pixels)
    }

    /// The byte of a grey whose lightness in OKLab is `lightness`: its cube is the light, which sRGB encodes (IEC 61966-2-1).
    private static func grey(_ lightness: Double) -> Int {
        let light = pow(lightness, 3)
        let encoded = light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055
        return Int((255 * encoded).rounded())
    }
}
