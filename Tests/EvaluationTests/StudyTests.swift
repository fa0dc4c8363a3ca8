import Attribution
import Cine
import Evaluation
import Foundation
import Models
import Tensors
import Testing

@Suite struct StudyTests {
    private let clip: MovingShapesClip

    init() throws { clip = try MovingShapes(.standard, seed: 5).clip(3) }

    /// A map of the residual's shape that is `target`, `others` or `rest` at a pixel.
    private func field(target: Float, others: Float, rest: Float, margin: Int) throws -> MagnitudeField {
        let regions = TargetRegions(clip, margin: margin)
        let area = clip.side * clip.side
        let values = (area..<clip.owners.count).map { place in
            regions.target[place] ? target : regions.union[place] ? others : rest
        }
        return MagnitudeField(
            try AttributionMap(
                kind: .error,
                values: Tensor(
                    shape: [3, clip.frames - 1, clip.side, clip.side], values: values + values.map { -$0 } + values)),
            unit: .derivative)
    }

    @Test("A map that is the target alone has every ratio that it can have", arguments: [0, 2])
    func perfect(_ margin: Int) throws {
        let regions = TargetRegions(clip, margin: margin)
        let location = Location(try field(target: 2, others: 0, rest: 0, margin: margin), in: regions)
        let area = clip.side * clip.side
        let (target, union) = (regions.target[area...].count { $0 }, regions.union[area...].count { $0 })
        #expect(target > 0 && union > target)
        let overUnion = try #require(location.targetOverUnion)
        #expect(abs(overUnion - Double(union) / Double(target)) < 1e-9)
        let overAll = try #require(location.targetOverAll)
        #expect(abs(overAll - Double(clip.owners.count - area) / Double(target)) < 1e-9)
        #expect(location.auc == 1 && location.aucOfShapes == 1)
        #expect(location.pointing == 1 && location.overlap == 1)
        let (rank, reverse) = (try #require(location.rankOverAll), try #require(location.reverseRankOverAll))
        #expect(rank > 1.8 && rank < 2 && reverse < 0.2)
    }

    @Test("A map that is the same everywhere tells nothing, and one of the distractors points away")
    func others() throws {
        let regions = TargetRegions(clip, margin: 2)
        let flat = Location(try field(target: 1, others: 1, rest: 1, margin: 2), in: regions)
        for ratio in [
            flat.targetOverUnion, flat.targetOverAll, flat.rankOverUnion, flat.rankOverAll, flat.reverseRankOverAll,
        ] { #expect(abs(try #require(ratio) - 1) < 1e-9) }
        #expect(flat.auc == 0.5 && flat.aucOfShapes == 0.5)
        let away = Location(try field(target: 1, others: 2, rest: 0, margin: 2), in: regions)
        #expect(try #require(away.targetOverUnion) < 1)
        #expect(away.aucOfShapes == 0 && away.pointing == 0)
        #expect(try #require(away.targetOverAll) > 1)
    }

    @Test("Channels of derivatives are added as magnitudes, those of contributions as they are")
    func reduction() throws {
        let values = try Tensor(shape: [3, 1, 1, 2], values: [1, 3, -1, -4, 2, 0])
        let map = try AttributionMap(kind: .error, values: values)
        #expect(MagnitudeField(map, unit: .derivative).values == [4, 7])
        #expect(MagnitudeField(map, unit: .contribution).values == [2, 1])
        let flow = try AttributionMap(kind: .flow, values: Tensor(shape: [2, 1, 1, 2], values: [3, 1, -4, 1]))
        #expect(MagnitudeField(flow, unit: .derivative).values[0] == 5)
        #expect(MagnitudeField(flow, unit: .contribution).values == [1, 2])
    }

    @Test("A margin grows a shape by a disc")
    func margin() {
        let (bare, grown) = (TargetRegions(clip, margin: 0), TargetRegions(clip, margin: 2))
        let frame = clip.side * clip.side
        let column = clip.side
        for place in 0..<frame where bare.target[place] {
            for step in [0, 1, -1, 2, -2, column, -column, 2 * column, -2 * column, column + 1] {
                #expect(grown.target[place + step])
            }
        }
        #expect(grown.target[..<frame].count { $0 } > bare.target[..<frame].count { $0 })
        #expect(zip(bare.union, grown.union).allSatisfy { !$0 || $1 })
    }

    @Test("Intervals are Student's")
    func estimates() throws {
        let three = try #require(Estimate([1, 2, nil, 3]))
        #expect(three.mean == 2 && three.clips == 3)
        #expect(abs(try #require(three.half) - 4.303 / 3.0.squareRoot()) < 1e-3)
        // 29 degrees of freedom: 2.045 (tables).
        let thirty = try #require(Estimate((0..<30).map { Double($0 % 2) }))
        let deviation = (30.0 * 0.25 / 29).squareRoot()
        #expect(abs(try #require(thirty.half) - 2.0452 * deviation / 30.0.squareRoot()) < 1e-4)
        #expect(Estimate([7])?.half == nil && Estimate([nil, .nan]) == nil)
    }

    private func options(_ methods: [MethodName]) -> StudyOptions {
        StudyOptions(
            seed: 9, shapes: .standard, methods: methods, samples: 2, levels: .standard, margin: 2, curveClips: 0)
    }

    @Test("One clip gives the same findings again, on any number of threads and through JSON")
    func findings() throws {
        let study = try MovingShapesStudy(
            BundledModel.angle.load(), task: .angle, options: options([.gradient, .lastingMotion]))
        let first = try study.findings(clip: 4, parallelism: .single) {}
        let second = try study.findings(clip: 4, parallelism: Parallelism(threads: 2)) {}
        #expect(first == second)
        #expect(try JSONDecoder().decode(ClipFindings.self, from: JSONEncoder().encode(first)) == first)
        #expect(Set(first.rows.keys) == Set(StudyRow.rows([.gradient, .lastingMotion]).map(\.key)))
        let row = try #require(first.rows["gradient.pixels"])
        #expect(abs(try #require(row.randomMap.signed)) < 0.01)
        #expect(try #require(row.logits.absolute) > 0.3)
        #expect(first.error < 30)
        let table = StudyTable([first], task: .angle, rows: StudyRow.rows([.gradient]))
        #expect(table.rows.map(\.title) == ["vanilla/x", "flow/error", "flow/flow", "flow/first frame"])
        #expect(table.rows[0].trained.auc?.mean == row.trained.auc)
    }

    @Test("What a report throws ends the measurement")
    func cancellation() throws {
        struct Cancelled: Error {}
        let study = try MovingShapesStudy(BundledModel.sides.load(), task: .sides, options: options([.gradient]))
        #expect(throws: Cancelled.self) {
            _ = try study.findings(clip: 0, parallelism: .single) { throw Cancelled() }
        }
    }

    @Test("Models that do not answer the task are refused, with the reason")
    func contract() throws {
        let (sides, angle) = (try BundledModel.sides.load(), try BundledModel.angle.load())
        #expect(MovingShapesStudy.task(of: sides) == .sides && MovingShapesStudy.task(of: angle) == .angle)
        let wrongTask = #expect(throws: StudyError.self) {
            _ = try MovingShapesStudy(sides, task: .angle, options: options([.gradient]))
        }
        #expect(
            wrongTask?.description
                == "the model moving-shapes-sides cannot be held against Moving Shapes: its classification has 3 outputs, and the task angle needs a regression of 2 outputs (cosine and sine)"
        )
        let short = #expect(throws: StudyError.self) {
            _ = try MovingShapesStudy(sides.taking(frames: 16), task: .sides, options: options([.gradient]))
        }
        #expect(
            short?.description.hasSuffix("it takes 16 frames of 112x112 pixels, and the clips have 32 of 112x112")
                == true)
    }
}
