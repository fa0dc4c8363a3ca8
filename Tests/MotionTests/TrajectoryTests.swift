import Cine
import Motion
import Tensors
import TestSupport
import Testing

@Suite struct TrajectoryTests {
    /// Every vector the same.
    private func field(
        _ x: Float, _ y: Float, frames: Int, height: Int, width: Int, _ direction: FlowField.Direction
    ) throws -> FlowField {
        let count = (frames - 1) * height * width
        return try FlowField(
            displacements: Tensor(
                shape: [2, frames - 1, height, width],
                values: [Float](repeating: x, count: count) + [Float](repeating: y, count: count)),
            direction: direction)
    }

    @Test("Points follow PyTorch's reference, dead or alive", arguments: ["blob_a", "blob_static_noiseless"])
    func golden(_ name: String) throws {
        let values = try TestSupport.golden("pipeline/\(name).safetensors")
        let forward = try FlowField(displacements: #require(values["flow_forward"]), direction: .forward)
        let sampling = try FlowField(displacements: #require(values["flow_sampling"]), direction: .sampling)
        let expected = try #require(values["traj"])
        let alive = try #require(values["alive"])
        let tracks = try TrajectoryTracker(spacing: 4, reseeds: false, disagreement: .ignored)
            .track(forward: forward, sampling: sampling)
        try #require(tracks.count == expected.shape[0])
        var dead = 0
        for (index, track) in tracks.enumerated() {
            #expect(track.firstFrame == 0)
            for frame in 0..<expected.shape[1] {
                guard alive[index, frame] == 1 else {
                    dead += 1
                    #expect(!track.frames.contains(frame), "trajectory \(index) lives in frame \(frame)")
                    continue
                }
                try #require(track.frames.contains(frame), "trajectory \(index) is dead in frame \(frame)")
                let point = track.point(at: frame)
                #expect(abs(point.x - Double(expected[index, frame, 0])) < 1e-3)
                #expect(abs(point.y - Double(expected[index, frame, 1])) < 1e-3)
            }
        }
        #expect((dead > 0) == (name == "blob_static_noiseless"))
    }

    @Test("A point ends at the border and squares that are left get a new one")
    func border() throws {
        let forward = try field(2, 0, frames: 6, height: 4, width: 12, .forward)
        let sampling = try field(-2, 0, frames: 6, height: 4, width: 12, .sampling)
        let tracker = TrajectoryTracker(spacing: 4, reseeds: true, disagreement: .ends)
        let tracks = try tracker.track(forward: forward, sampling: sampling)
        // Seeds at x = 2, 6, 10 in a row of y = 2: the last leaves at once.
        #expect(tracks[0].points.map(\.x) == [2, 4, 6, 8, 10])
        #expect(tracks[1].points.map(\.x) == [6, 8, 10])
        #expect(tracks[2].points.map(\.x) == [10])
        // In every later frame but the last, the first square has been left.
        #expect(tracks.dropFirst(3).map(\.firstFrame) == [1, 2, 3, 4])
        #expect(tracks.dropFirst(3).map { $0.points[0] } == Array(repeating: PixelPoint(x: 2, y: 2), count: 4))
    }

    @Test("A point whose way back leads elsewhere ends; without the check it goes on")
    func disagreement() throws {
        let forward = try field(1.5, 0, frames: 3, height: 8, width: 8, .forward)
        let back = try field(0.5, 0, frames: 3, height: 8, width: 8, .sampling)
        let strict = TrajectoryTracker(spacing: 8, reseeds: false, disagreement: .ends)
        let lenient = TrajectoryTracker(spacing: 8, reseeds: false, disagreement: .ignored)
        #expect(try strict.track(forward: forward, sampling: back).map(\.points.count) == [1])
        // From x = 4 by 1.5 a frame: 4, 5.5, 7.
        #expect(try lenient.track(forward: forward, sampling: back)[0].points.map(\.x) == [4, 5.5, 7])
        #expect(throws: MotionError.wrongDirection(.sampling, needed: .forward)) {
            try strict.track(forward: back, sampling: back)
        }
    }
}
