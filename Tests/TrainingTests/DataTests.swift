import Cine
import Evaluation
import Foundation
import Models
import Tensors
import Testing
import Training

@Suite struct DataTests {
    private func batches(seed: UInt64, curriculum: Curriculum) throws -> MovingShapesBatches {
        let manifest = try ModelManifest(json: Data(BundledModel.sides.manifestJSON.utf8))
        return MovingShapesBatches(seed: seed, size: 2, steps: 100, curriculum: curriculum, input: manifest.input)
    }

    @Test("A batch depends on seed and step alone, and is normalised as the manifest says")
    func batches() throws {
        let source = try batches(seed: 5, curriculum: Curriculum(ramp: 0.5, wider: 0))
        let batch = try source.batch(step: 60, parallelism: .single)
        #expect(try source.batch(step: 60, parallelism: Parallelism(threads: 3)).clips.values == batch.clips.values)
        #expect(try source.batch(step: 61, parallelism: .single).scenes != batch.scenes)
        let clip = try MovingShapes(.standard, seed: 5).clip(121)
        #expect(batch.scenes[1] == clip.scene)
        let value = clip.intensities[1, 7, 30, 40]
        #expect(abs(batch.clips[1, 1, 7, 30, 40] - (value - 0.1) / 0.25) < 1e-5)
    }

    @Test("Clips begin without noise and distractors, and end with both")
    func curriculum() throws {
        let source = try batches(seed: 5, curriculum: Curriculum(ramp: 0.5, wider: 0))
        let first = try source.batch(step: 0, parallelism: .single)
        #expect(first.scenes.map(\.distractors.count) == [0, 0])
        let background = first.clips.values.count { $0 == -0.1 / 0.25 }
        #expect(Double(background) > 0.9 * Double(first.clips.count))
        let last = try source.batch(step: 99, parallelism: .single)
        #expect(last.scenes.map(\.distractors.count) == [2, 2])
    }

    @Test("The question what is where is answered by the topmost shape's role and sides")
    func locations() throws {
        let scene = try MovingShapes(.standard, seed: 8).scene(3)
        let location = ShapeLocation([scene], map: [1, ShapeLocation.classes, 8, 7, 7], frames: 32, side: 112)
        #expect(location.labels.count == 8 * 7 * 7)
        for frame in 0..<8 {
            let center = scene.target.centers[4 * frame]
            let (row, column) = (Int((center.y / 16).rounded()), Int((center.x / 16).rounded()))
            #expect(location.labels[(frame * 7 + min(row, 6)) * 7 + min(column, 6)] == 1 + scene.target.sides - 3)
        }
        #expect(location.labels.contains { $0 >= 4 } && location.labels.contains(0))
        #expect(location.labels.allSatisfy { $0 < ShapeLocation.classes })
    }

    @Test("Answers are right or wrong, or degrees apart the shorter way round")
    func answers() throws {
        let scene = try MovingShapes(.standard, seed: 8).scene(3)
        var sides = MovingShapesAnswers(task: .sides)
        var scores: [Float] = [0, 0, 0]
        scores[scene.target.sides - 3] = 1
        sides.add(scores, truth: scene)
        let wrong: [Float] = scores.map { 1 - $0 }
        sides.add(wrong, truth: scene)
        #expect(sides.value == 0.5)
        var angle = MovingShapesAnswers(task: .angle)
        let turned = (scene.degrees + 350) * Double.pi / 180
        angle.add([Float(3 * cos(turned)), Float(3 * sin(turned))], truth: scene)
        #expect(abs(angle.value - 10) < 1e-3)
    }
}
