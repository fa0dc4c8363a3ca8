import Attribution
import Cine
import Foundation
import Motion
import Synchronization
import Tensors
import TestSupport
import Testing

/// Windows that slide over a clip of eleven frames.
@Suite struct WindowTests {
    private static let frames = 5
    private static let spaces = Space.allCases

    private struct Scene {
        let clip: Tensor
        let flow: Tensor
        let score = KnownScore.curved(KnownScore.weights([3, WindowTests.frames, 9, 8]))

        init() {
            let values = FormulaValues.input([3, 11, 9, 8], salt: 4).values
            clip = Tensor(uninitialized: [3, 11, 9, 8]) { clip in
                for index in clip.indices { clip[index] = 0.5 + 0.2 * values[index] }
            }
            flow = FormulaValues.input([2, 10, 9, 8], salt: 5)
        }

        /// A stretch that was cut out of the clip, taken apart by itself.
        func input(_ space: Space, _ range: Range<Int>) throws -> AttributionInput {
            let cut = clip.cut(range)
            guard space == .decomposition else { return .pixels(cut) }
            let flow = try FlowField(
                displacements: flow.cut(range.lowerBound..<range.upperBound - 1), direction: .sampling)
            return .decomposition(
                try Decomposition(
                    clip: Clip(intensities: cut, frameRate: nil), flow: flow, parallelism: .single))
        }

        func run(
            _ layout: WindowLayout, _ space: Space, threads: Int = 1, method: (Int) -> any AttributionMethod,
            keeper: PartialKeeper? = nil,
            report: @escaping @Sendable (RunProgress, Int) throws -> Void = { _, _ in }
        ) throws -> WindowedResult {
            let whole = 0..<layout.clipFrames
            return try WindowedAttribution(
                WindowedInput(clip: clip.cut(whole), whole: input(space, whole), layout: layout), average: .arithmetic
            ).attribute(
                to: score, parallelism: Parallelism(threads: threads), keeper: keeper, method: method, report: report)
        }
    }

    private static func smoothGrad(_ window: Int) -> any AttributionMethod {
        SmoothGrad(
            statistic: .mean, samples: 3, tolerance: nil, levels: .standard,
            noise: ShiftedNoise(PhiloxNoise(seed: 5), by: 3 * window))
    }

    @Test("Windows begin a stride apart, and the last ends with the clip")
    func layout() {
        func layout(_ clip: Int, _ stride: Int, limit: Int? = nil) -> WindowLayout {
            WindowLayout(over: clip, frames: 5, stride: stride, limit: limit)
        }
        #expect(layout(10, 5).starts == [0, 5])
        #expect(layout(11, 5).starts == [0, 5, 6])
        #expect(layout(11, 3).starts == [0, 3, 6] && layout(11, 3).clipFrames == 11)
        #expect(layout(11, 3).coverage == [1, 1, 1, 2, 2, 1, 2, 2, 1, 1, 1])
        #expect(layout(7, 1).starts == [0, 1, 2])
        #expect(layout(11, 3, limit: 2).starts == [0, 3] && layout(11, 3, limit: 2).clipFrames == 8)
        #expect(layout(5, 2) == WindowLayout(over: 3, frames: 5, stride: 2, limit: nil))
        #expect(layout(5, 2).starts == [0] && layout(3, 2).clipFrames == 5)
        for clip in 1..<40 {
            for stride in 1...5 {
                let layout = layout(clip, stride)
                #expect(layout.count == WindowLayout.count(over: clip, frames: 5, stride: stride))
                #expect(layout.clipFrames == max(clip, 5) && layout.coverage.allSatisfy { $0 > 0 })
                #expect(layout.starts == Array(Set(layout.starts)).sorted())
            }
        }
    }

    @Test("One window gives the bits of the method itself", arguments: spaces)
    func single(_ space: Space) throws {
        let scene = Scene()
        let plain = try Self.smoothGrad(0).attribute(
            scene.input(space, 0..<5), to: scene.score, control: KnownInput.silent)
        let found = try scene.run(
            WindowLayout(over: 5, frames: 5, stride: 2, limit: nil), space, method: Self.smoothGrad)
        #expect(found.result.maps.map(\.kind) == plain.maps.map(\.kind))
        for (map, expected) in zip(found.result.maps, plain.maps) {
            #expect(map.values.values == expected.values.values)
        }
        #expect(found.result.shares == plain.shares && found.result.value == plain.value)
        #expect(found.windows.count == 1 && found.windows[0].value == plain.value && found.timeline == nil)
    }

    @Test("Windows side by side are explanations of the two stretches", arguments: spaces)
    func sideBySide(_ space: Space) throws {
        let scene = Scene()
        let found = try scene.run(
            WindowLayout(over: 10, frames: 5, stride: 5, limit: nil), space, method: Self.smoothGrad)
        let alone = try [0..<5, 5..<10].enumerated().map { index, range in
            try Self.smoothGrad(index).attribute(
                scene.input(space, range), to: scene.score, control: KnownInput.silent)
        }
        #expect(alone[0].maps[0].values.values != alone[1].maps[0].values.values)
        #expect(found.result.map(.firstFrame) == nil)
        #expect(found.result.maps.count == (space == .pixels ? 1 : 3))
        for map in found.result.maps {
            for (index, result) in alone.enumerated() {
                let own = try #require(result.map(map.kind))
                #expect(map.values.cut(5 * index..<5 * index + own.frames).values == own.values.values, "\(map.kind)")
            }
        }
        // No window goes across, so nothing is known of the flow there.
        if let flow = found.result.map(.flow) { #expect(flow.values.cut(4..<5).values.allSatisfy { $0 == 0 }) }
        let values = alone.map(\.value)
        #expect(found.windows.map(\.value) == values && found.result.value == (values[0] + values[1]) / 2)
        #expect(found.windows.map(\.start) == [0, 5] && found.result.passes == 8)
        let errors = try alone.map { try #require($0.sampling?.standardError) }
        let error = try #require(found.result.sampling?.standardError)
        #expect(abs(error - (errors[0] * errors[0] + errors[1] * errors[1]).squareRoot() / 2) < 1e-12)
        if space == .decomposition {
            let shares = try alone.map { try #require($0.shares) }
            #expect(found.windows.map(\.shares) == shares)
            let motion = try #require(found.result.shares).motion
            #expect(abs(motion.share - (shares[0].motion.share + shares[1].motion.share) / 2) < 1e-12)
            #expect((motion.standardError ?? 0) > 0)
        }
        let timelines = try zip(alone, [0..<5, 5..<10]).map {
            try #require(Timeline($0, of: scene.input(space, $1)))
        }
        #expect(found.timeline?.frames == timelines.flatMap(\.frames))
        let halves = try #require(found.result.sampling?.halves)
        let even = try #require(alone[1].sampling?.halves?.even.first)
        #expect(halves.even[0].values.cut(5..<10).values == even.values.values)
    }

    @Test("Where windows overlap their mean stands", arguments: spaces)
    func overlapping(_ space: Space) throws {
        let scene = Scene()
        let layout = WindowLayout(over: 11, frames: 5, stride: 3, limit: nil)
        let found = try scene.run(layout, space, method: Self.smoothGrad)
        let alone = try layout.starts.enumerated().map { index, start in
            try Self.smoothGrad(index).attribute(
                scene.input(space, start..<start + 5), to: scene.score, control: KnownInput.silent)
        }
        var shared = 0
        for map in found.result.maps {
            for frame in 0..<map.frames {
                let terms = try zip(layout.starts, alone).compactMap { start, result -> [Float]? in
                    let own = try #require(result.map(map.kind))
                    guard (0..<own.frames).contains(frame - start) else { return nil }
                    return own.values.cut(frame - start..<frame - start + 1).values
                }
                let values = map.values.cut(frame..<frame + 1).values
                try #require(!terms.isEmpty)
                shared += terms.count > 1 ? 1 : 0
                for index in values.indices {
                    let sum = terms.reduce(0.0) { $0 + Double($1[index]) }
                    #expect(values[index] == Float(sum / Double(terms.count)))
                }
            }
        }
        #expect(shared >= 4)
    }

    @Test("One and two threads give the same bits; another seed other ones", arguments: spaces)
    func threads(_ space: Space) throws {
        let scene = Scene()
        let layout = WindowLayout(over: 11, frames: 5, stride: 2, limit: nil)
        let one = try scene.run(layout, space, threads: 1, method: Self.smoothGrad)
        let two = try scene.run(layout, space, threads: 2, method: Self.smoothGrad)
        for (a, b) in zip(one.result.maps, two.result.maps) { #expect(a.values.values == b.values.values) }
        #expect(one.timeline == two.timeline && one.result.shares == two.result.shares)
        let other = try scene.run(layout, space) { window in
            SmoothGrad(
                statistic: .mean, samples: 3, tolerance: nil, levels: .standard,
                noise: ShiftedNoise(PhiloxNoise(seed: 6), by: 3 * window))
        }
        #expect(other.result.maps[0].values.values != one.result.maps[0].values.values)
    }

    @Test("Memory does not grow with the windows over a clip, and is what was predicted at most")
    func memory() throws {
        let scene = Scene()
        func peak(stride: Int, method: @escaping (Int) -> any AttributionMethod) throws -> Int {
            let meter = WorkMeter()
            let whole = try scene.input(.decomposition, 0..<11)
            let input = WindowedInput(
                clip: scene.clip, whole: whole, layout: WindowLayout(over: 11, frames: 5, stride: stride, limit: nil))
            _ = try meter.measuring {
                try WindowedAttribution(input, average: .arithmetic).attribute(
                    to: scene.score, parallelism: .single, keeper: nil, method: method
                ) { _, _ in }
            }
            return meter.peakBytes
        }
        for method in [Self.smoothGrad, { (_: Int) -> any AttributionMethod in Gradient() }] {
            let (few, many) = (try peak(stride: 3, method: method), try peak(stride: 1, method: method))
            #expect(few == many)
            let predicted = WindowedAttribution.bytes(
                method(0), window: AttributionExtents(clip: [3, 5, 9, 8], space: .decomposition),
                clip: AttributionExtents(clip: [3, 11, 9, 8], space: .decomposition),
                // The score holds its gradient.
                pass: 3 * 5 * 9 * 8 * 4)
            #expect(many <= predicted && many * 2 > predicted)
        }
    }

    @Test("Progress counts passes of all windows and says which is at work")
    func progress() throws {
        let seen = Mutex<[(completed: Int, total: Int, window: Int)]>([])
        _ = try Scene().run(
            WindowLayout(over: 11, frames: 5, stride: 3, limit: nil), .pixels, method: Self.smoothGrad
        ) { progress, window in
            seen.withLock { $0.append((progress.completed, progress.total, window)) }
        }
        let reports = seen.withLock { $0 }
        #expect(reports.map(\.completed) == Array(1...12) && reports.allSatisfy { $0.total == 12 })
        #expect(reports.map(\.window) == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    }

    private struct Stop: Error {}

    @Test("A run that ends by an error leaves the windows that were finished, frame by frame")
    func partial() throws {
        let scene = Scene()
        let layout = WindowLayout(over: 11, frames: 5, stride: 3, limit: nil)
        let kept = Mutex<[PartialMaps]>([])
        let keeper = PartialKeeper(isDue: { false }) { maps in kept.withLock { $0.append(maps) } }
        #expect(throws: Stop.self) {
            try scene.run(layout, .decomposition, method: Self.smoothGrad, keeper: keeper) { progress, _ in
                if progress.completed == 9 { throw Stop() }
            }
        }
        let left = kept.withLock { $0 }
        try #require(left.count == 1)
        #expect(left[0].windows == 2 && left[0].samples == 6)
        let two = try scene.run(
            WindowLayout(over: 11, frames: 5, stride: 3, limit: 2), .decomposition, method: Self.smoothGrad)
        for (map, expected) in zip(left[0].maps, two.result.maps) {
            #expect(map.values.cut(0..<expected.frames).values == expected.values.values)
            #expect(map.values.cut(expected.frames..<map.frames).values.allSatisfy { $0 == 0 })
            #expect(map.frames == expected.frames + 3)
        }
    }

    @Test("Samples of the window that was under way stand beside the finished windows", arguments: [2, 6, 10, 11])
    func partialWindow(stoppedAt last: Int) throws {
        let scene = Scene()
        let layout = WindowLayout(over: 11, frames: 5, stride: 3, limit: nil)
        let kept = Mutex<[PartialMaps]>([])
        let keeper = PartialKeeper(isDue: { false }) { maps in kept.withLock { $0.append(maps) } }
        #expect(throws: Stop.self) {
            try scene.run(layout, .decomposition, method: Self.smoothGrad, keeper: keeper) { progress, _ in
                if progress.completed == last { throw Stop() }
            }
        }
        let left = kept.withLock { $0 }
        // A window has one pass without noise and three with it.
        let (whole, samples) = ((last - 1) / 4, (last - 1) % 4)
        try #require(left.count == 1)
        #expect(left[0].windows == whole && left[0].samples == 3 * whole + samples)
        let shorter = try scene.run(
            WindowLayout(over: 11, frames: 5, stride: 3, limit: whole + 1), .decomposition,
            method: { window in
                SmoothGrad(
                    statistic: .mean, samples: window == whole ? samples : 3, tolerance: nil, levels: .standard,
                    noise: ShiftedNoise(PhiloxNoise(seed: 5), by: 3 * window))
            })
        let maps = shorter.result.maps.filter { $0.kind != .firstFrame }
        #expect(left[0].maps.map(\.kind) == maps.map(\.kind))
        for (map, expected) in zip(left[0].maps, maps) {
            #expect(map.values.cut(0..<expected.frames).values == expected.values.values)
            #expect(map.values.cut(expected.frames..<map.frames).values.allSatisfy { $0 == 0 })
        }
    }

    @Test("Of angles the mean is that of directions, and the spread goes the shorter way round")
    func angles() throws {
        let near = [3.1, -3.1]
        #expect(abs(abs(ScoreAverage.circular.mean(near)) - .pi) < 1e-12)
        let spread = try #require(ScoreAverage.circular.deviation(near))
        #expect(abs(spread - (2 * (Double.pi - 3.1) * (Double.pi - 3.1)).squareRoot()) < 1e-9)
        #expect(ScoreAverage.arithmetic.mean(near) == 0)
        #expect(ScoreAverage.arithmetic.deviation([1, 2, 3]) == 1 && ScoreAverage.circular.deviation([1]) == nil)
        #expect(abs(ScoreAverage.circular.mean([0.1, 0.3]) - 0.2) < 1e-12)
    }
}

extension Tensor {
    /// Some entries along the second axis of four, place by place.
    fileprivate func cut(_ range: Range<Int>) -> Tensor {
        let area = shape[2] * shape[3]
        let values = values
        return Tensor(uninitialized: [shape[0], range.count, shape[2], shape[3]]) { part in
            for index in part.indices {
                let (component, rest) = index.quotientAndRemainder(dividingBy: range.count * area)
                part[index] = values[(component * shape[1] + range.lowerBound) * area + rest]
            }
        }
    }
}
