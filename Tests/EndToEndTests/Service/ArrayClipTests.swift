import Foundation
import TestSupport
import Tensors
import Testing

/// Arrays are taken as they are, so that the numbers which come back can be held against the ones that were sent.
struct ArrayClipTests {
    private let directory: TemporaryDirectory
    private let service: ServiceProcess

    init() async throws {
        directory = try TemporaryDirectory()
        service = try await ServiceProcess.start(in: directory, environment: [:])
    }

    /// `[C, T, H, W]` as the bundled networks take it: a wave that drifts over a slope, in whole 255ths.
    private static var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for channel in 0..<3 {
            for frame in 0..<32 {
                for y in 0..<112 {
                    for x in 0..<112 {
                        let wave = sin(0.2 * Double(x - frame) + 0.9 * Double(channel)) * cos(0.13 * Double(y))
                        bytes.append(UInt8(120 + 70 * wave + 0.4 * Double(x - y)))
                    }
                }
            }
        }
        return bytes
    }

    private static let shape: Shape = [3, 32, 112, 112]

    private static var clip: [Float] { bytes.map { Float($0) / 255 } }

    private func upload(_ values: [Float]) async throws -> String {
        let file = directory.url.appending(path: "\(UUID().uuidString).npy")
        try Data(NumPy.encode(Tensor(shape: Self.shape, values: values), shape: Self.shape)).write(to: file)
        return try await service.videoID(of: file)
    }

    private func gradient(_ video: String, space: String) async throws -> ExplanationBody {
        try await service.explain(
            video,
            #""model":"moving-shapes-sides","method":"gradient","target":{"output":1},"checks":[],"space":"\#(space)""#)
    }

    @Test func gradientsForetellHowScoresChange() async throws {
        let clip = Self.clip
        let plain = try await gradient(upload(clip), space: "pixels")
        let map = try await service.map(plain, "pixels").values
        let slope = map.reduce(0.0) { $0 + Double($1) * Double($1) }

        // A step along the gradient that should change the score by 0.01 up and down.
        let step = Float(0.01 / slope)
        func score(_ sign: Float) async throws -> Double {
            let moved = zip(clip, map).map { $0 + sign * step * $1 }
            let scores = try await gradient(upload(moved), space: "pixels").prediction?.scores
            return Double(try #require(scores)[1])
        }
        let change = try await score(1) - score(-1)
        #expect(abs(change - 0.02) < 0.0004, "\(change)")
    }

    @Test func sumsAreThoseOfTheMaps() async throws {
        let clip = Self.clip
        let parts = try await gradient(upload(clip), space: "decomposition")
        let shares = try #require(parts.shares)
        let map = try await service.map(parts, "first_frame").values
        let area = 112 * 112
        var (sum, magnitude) = (0.0, 0.0)
        for pixel in 0..<area {
            var product = 0.0
            for channel in 0..<3 {
                product += Double(map[channel * area + pixel]) * Double(clip[channel * 32 * area + pixel])
            }
            sum += product
            magnitude += abs(product)
        }
        #expect(magnitude > 0)
        #expect(abs(shares.signedSums.appearance - sum) < 1e-4 * magnitude)

        for kind in ["pixels", "first_frame", "flow", "error"] {
            let values = try await service.map(parts, kind).values
            let map = try #require(parts.report.map(kind))
            #expect(Float(map.minimum) == values.min())
            #expect(Float(map.maximum) == values.max())
        }
        let prediction = try #require(parts.prediction)
        let weights = prediction.scores.map { exp(Double($0)) }
        let highest = try #require(prediction.scores.indices.max { prediction.scores[$0] < prediction.scores[$1] })
        #expect(prediction.output == highest)
        #expect(prediction.label == prediction.names?[highest])
        #expect(prediction.value == Double(prediction.scores[highest]))
        #expect(abs(try #require(prediction.probability) - weights[highest] / weights.reduce(0, +)) < 1e-6)
    }

    @Test func bytesAreIntensitiesInWhole255ths() async throws {
        let bytes = Self.bytes
        // From [C, T, H, W] to [T, H, W, C].
        let area = 112 * 112
        var interleaved: [UInt8] = []
        for frame in 0..<32 {
            for pixel in 0..<area {
                for channel in 0..<3 { interleaved.append(bytes[(channel * 32 + frame) * area + pixel]) }
            }
        }
        let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (32, 112, 112, 3), }"
        let padding = String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        let length = UInt16(header.utf8.count + padding.utf8.count)
        let file = directory.url.appending(path: "bytes.npy")
        try Data(
            [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
                + Array((header + padding).utf8) + interleaved
        ).write(to: file)

        let whole = try await gradient(service.videoID(of: file), space: "decomposition")
        let real = try await gradient(upload(Self.clip), space: "decomposition")
        #expect(whole.prediction == real.prediction)
        for kind in ["pixels", "first_frame", "flow", "error"] {
            #expect(try await service.npy(whole, kind) == service.npy(real, kind))
        }
    }
}
