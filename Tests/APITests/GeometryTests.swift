import Foundation
import Tensors
import TestSupport
import Testing

/// Maps in the geometry of their source, and over a beat.
struct GeometryTests {
    /// R waves at the frames 2, 5 and 9 of a clip with 40 ms from frame to frame.
    private static let beating = DICOMObject.cine(frames: 20).with(
        .init(0x0018, 0x6060),
        .raw("FL", [Float(80), 200, 360].flatMap { withUnsafeBytes(of: $0.bitPattern, Array.init) }))

    private static func explained(
        _ object: DICOMObject, _ request: JSON, in service: TestService
    ) async throws -> String {
        let model = try await service.tinyModel()
        let video = try await service.upload(object.bytes).json["id"]
        var address: String?
        try await service.working {
            let base: JSON = ["method": "gradient", "checks": [], "space": "pixels"]
            let fields = request.names.reduce(base) { $0.with($1, request[$1]) }
            address = try await service.explained(fields.with("video", video).with("model", .string(model)))["links"][
                "self"
            ].string
        }
        return try #require(address)
    }

    private static func values(_ service: TestService, _ path: String) async throws -> (shape: [Int], values: [Float]) {
        let answer = try await service.get(path, accept: "application/x-npy")
        #expect(answer.status == 200, "\(path): \(answer.text)")
        let array = try NumPy.decode(answer.body)
        return (array.shape.extents, array.values)
    }

    @Test func theGeometryLeadsBackToTheObject() async throws {
        try await TestService.with { service in
            let address = try await Self.explained(Self.beating, [:], in: service)
            let geometry = try await service.get("\(address)/geometry").json
            #expect(geometry["source"] == ["rows": 48, "columns": 64])
            #expect(geometry["region"] == ["x": 8, "y": 8, "width": 48, "height": 32])
            #expect(geometry["map"] == ["rows": 32, "columns": 40])
            #expect(geometry["origin"] == ["x": 8, "y": 8] && geometry["scale"]["x"].double == 1.2)
            #expect(geometry["centimetres_per_pixel"]["x"].double == 0.05)
            #expect(abs((geometry["centimetres_per_map_pixel"]["x"].double ?? 0) - 0.06) < 1e-12)
            // Twenty-five frames a second.
            #expect(abs((geometry["centimetres_per_second"]["y"].double ?? 0) - 1.25) < 1e-12)
            let frames = try #require(geometry["frames"].array)
            #expect(frames.count == 8 && frames.last == ["clip": 7, "source": 7, "milliseconds": 280])
        }
    }

    @Test func aMapLiesOnTheWholeFrame() async throws {
        try await TestService.with { service in
            let address = try await Self.explained(Self.beating, ["clip": ["period": 2]], in: service)
            let map = try await Self.values(service, "\(address)/maps/pixels")
            let clip = try await service.get(address).json["provenance"]["clip"]["source_frames"]
            #expect(clip.array?.prefix(3) == [0, 2, 4])
            let (first, between, third) = (
                try await Self.values(service, "\(address)/maps/pixels/source/2"),
                try await Self.values(service, "\(address)/maps/pixels/source/3"),
                try await Self.values(service, "\(address)/maps/pixels/source/4")
            )
            #expect(first.shape == [3, 48, 64])
            // A frame that the clip left out is the mean of its neighbours.
            for index in between.values.indices {
                let mean = (first.values[index] + third.values[index]) / 2
                #expect(abs(between.values[index] - mean) <= 1e-6 * abs(mean) + 1e-9)
            }
            // Nothing outside of the region; inside, the sum grows with the area of a pixel.
            let outside = (0..<48 * 64).filter { !(8..<56).contains($0 % 64) || !(8..<40).contains($0 / 64) }
            #expect(outside.allSatisfy { first.values[$0] == 0 } && first.values.contains { $0 != 0 })
            let plane = (0..<32 * 40).map { Double(map.values[1 * 32 * 40 + $0]) }
            let spread = (0..<48 * 64).map { Double(first.values[$0]) }
            let (own, found) = (plane.reduce(0) { $0 + abs($1) } * 1.2, spread.reduce(0) { $0 + abs($1) })
            #expect(found < own * 1.1 && found > own * 0.5)
            let missing = try await service.get("\(address)/maps/pixels/source/500")
            #expect(missing.status == 404 && missing.code == "frame.not-found")
        }
    }

    @Test func aBeatIsTheMeanOfThoseThatAreCovered() async throws {
        try await TestService.with { service in
            let address = try await Self.explained(Self.beating, [:], in: service)
            let beat = try await service.get("\(address)/beat?phases=3", accept: "application/json").json
            // The second beat ends behind the clip's eight frames: one is whole.
            #expect(beat["beats"] == [["start": 2, "end": 5]])
            #expect(beat["shape"] == [3, 3, 32, 40] && beat["axes"].array?[1] == "phase")
            let map = try await Self.values(service, "\(address)/maps/pixels")
            let plane = 32 * 40
            func phase(_ index: Int, _ found: [Float], of phases: Int) -> [Float] {
                var values: [Float] = []
                for channel in 0..<3 {
                    let start = (channel * phases + index) * plane
                    values += found[start..<start + plane]
                }
                return values
            }
            func frame(_ index: Int) -> [Float] { phase(index, map.values, of: 8) }
            func mean(_ a: [Float], _ b: [Float]) -> [Float] { zip(a, b).map { ($0 + $1) * 0.5 } }
            let own = try await Self.values(service, "\(address)/beat?phases=3").values
            for index in 0..<3 { #expect(phase(index, own, of: 3) == frame(2 + index)) }
            // Of beats that the client gives, the mean; at an end of systole all are at one half.
            let given = try await Self.values(service, "\(address)/beat?phases=2&ed=0,3,7&es=1,5").values
            let (start, middle) = (phase(0, given, of: 2), phase(1, given, of: 2))
            #expect(start == mean(frame(0), frame(3)))
            #expect(middle == mean(frame(1), frame(5)))
            for type in ["image/png", "image/gif", "video/mp4"] {
                let answer = try await service.get("\(address)/beat?ed=0,6", accept: type)
                #expect(answer.status == 200 && answer.mediaType == type)
            }
        }
    }

    @Test func whatIsNoBeatIsTold() async throws {
        try await TestService.with { service in
            let address = try await Self.explained(DICOMObject.cine(frames: 12), [:], in: service)
            for (query, status, code) in [
                ("", 422, "beats.unknown"), ("?ed=3", 422, "beats.unknown"), ("?ed=5,11", 422, "beats.outside"),
                ("?ed=11,5", 422, "beats.outside"), ("?ed=1,,3", 400, "request.invalid-parameter"),
                ("?ed=a", 400, "request.invalid-parameter"),
                ("?ed=1,3&map=flow", 404, "map.not-found"),
            ] {
                let answer = try await service.get("\(address)/beat\(query)")
                #expect(answer.status == status && answer.code == code, "\(query): \(answer.text)")
            }
        }
    }
}
