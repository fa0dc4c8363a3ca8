import Cine
import Evaluation
import Foundation
import Tensors
import Testing

@Suite struct MovingShapesTests {
    private func fnv(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    @Test("The same seed and index give the same bytes as on the machine where this was written")
    func pinned() throws {
        let shapes = try MovingShapes(.standard, seed: 2026)
        let clip = shapes.clip(7)
        #expect(clip.bytes.count == 32 * 112 * 112 * 3)
        #expect(fnv(clip.bytes) == 0x813C_2008_A719_3EC3)
        #expect(fnv(clip.owners) == 0x8E78_B4B1_979C_7EEB)
        #expect(shapes.clip(7).bytes == clip.bytes)
        #expect(shapes.clip(8).bytes != clip.bytes)
        #expect(try MovingShapes(.standard, seed: 2027).clip(7).bytes != clip.bytes)
    }

    @Test("Scenes obey their options: whole shapes in the frame, speeds, angles, sides, pauses")
    func scenes() throws {
        let options = try MovingShapesOptions(
            frames: 20, side: 90, radius: 5...9, speed: 0.5...2, noise: 0, whiteDistractors: 2, staticDistractors: 1,
            pause: 6)
        let shapes = try MovingShapes(options, seed: 1)
        var sides = [0, 0, 0]
        var thirds = [0, 0, 0]
        for index in 0..<600 {
            let scene = shapes.scene(UInt64(index))
            sides[scene.target.sides - 3] += 1
            thirds[Int(scene.degrees / 90)] += 1
            #expect(scene.distractors.map(\.role) == [.staticDistractor, .whiteDistractor, .whiteDistractor])
            for shape in scene.shapes {
                #expect((5...9).contains(shape.radius) && shape.centers.count == 20)
                let inside = shape.centers.allSatisfy {
                    min($0.x, $0.y) >= shape.radius - 1e-9 && max($0.x, $0.y) <= 89 - shape.radius + 1e-9
                }
                #expect(inside)
                let steps = zip(shape.centers, shape.centers.dropFirst()).map { $1.distance(to: $0) }
                let still = steps.count { $0 == 0 }
                switch shape.role {
                case .target:
                    #expect(still == 6 && steps.first != 0)
                    let moved = shape.centers[19] + PixelPoint(x: -shape.centers[0].x, y: -shape.centers[0].y)
                    let turned = moved.x * scene.direction.y - moved.y * scene.direction.x
                    #expect(abs(turned) < 1e-9 && moved.x * scene.direction.x + moved.y * scene.direction.y > 0)
                case .whiteDistractor:
                    #expect(still == 0 && shape.color == [255, 255, 255])
                    #expect(steps.allSatisfy { (0.5 - 1e-9...2 + 1e-9).contains($0) })
                case .staticDistractor: #expect(still == 19)
                }
                if shape.role != .whiteDistractor {
                    let (low, high) = (shape.color.min() ?? 0, shape.color.max() ?? 0)
                    #expect(high >= 178 && Int(high) - Int(low) >= 100, "a colour is no grey: \(shape.color)")
                }
            }
        }
        // Standard deviation of each count: 11.5.
        #expect(sides.allSatisfy { abs($0 - 200) < 50 })
        #expect(thirds.allSatisfy { abs($0 - 200) < 50 })
    }

    @Test("Masks have the polygons' area and centre, and never overlap")
    func masks() throws {
        let shapes = try MovingShapes(.standard, seed: 5)
        for index in 0..<8 {
            let clip = shapes.clip(UInt64(index))
            let target = clip.scene.target
            let mask = clip.mask(ofShape: clip.scene.shapes.count - 1)
            let turn = ExactTrigonometry.direction(turns: 1 / Double(target.sides))
            let area = Double(target.sides) / 2 * target.radius * target.radius * turn.y
            for frame in [0, 15, 31] {
                let pixels = (0..<112 * 112).filter { mask[frame * 112 * 112 + $0] }
                #expect(abs(Double(pixels.count) - area) < 12)
                let x = Double(pixels.reduce(0) { $0 + $1 % 112 }) / Double(pixels.count)
                let y = Double(pixels.reduce(0) { $0 + $1 / 112 }) / Double(pixels.count)
                #expect(PixelPoint(x: x, y: y).distance(to: target.centers[frame]) < 0.25)
            }
            let total = clip.scene.shapes.indices.reduce(0) { $0 + clip.mask(ofShape: $1).count { $0 } }
            #expect(total == clip.owners.count { $0 != 0 })
        }
    }

    @Test("Without noise a pixel within the target has its colour, and the background is black")
    func colors() throws {
        let clip = try MovingShapes(.plain, seed: 3).clip(0)
        let target = clip.scene.target
        for frame in [0, 31] {
            let (x, y) = (Int(target.centers[frame].x.rounded()), Int(target.centers[frame].y.rounded()))
            let pixel = (frame * 112 + y) * 112 + x
            #expect(Array(clip.bytes[3 * pixel..<3 * pixel + 3]) == target.color)
            #expect(clip.intensities[1, frame, y, x] == Float(target.color[1]) / 255)
        }
        // Blended edges exist, and are a small part.
        let full = target.color.max() ?? 0
        let edge = stride(from: 0, to: clip.bytes.count, by: 3).count { place in
            let highest = clip.bytes[place..<place + 3].max() ?? 0
            return highest > 0 && highest < full
        }
        let inside = clip.owners.count { $0 != 0 }
        #expect(edge > inside / 50 && edge < inside / 2)
    }

    @Test("Noise has the standard deviation asked for, and no sign")
    func noise() throws {
        var options = MovingShapesOptions.plain
        options.noise = 20
        let noisy = try MovingShapes(options, seed: 4).clip(0)
        let clean = try MovingShapes(.plain, seed: 4).clip(0)
        #expect(noisy.scene == clean.scene)
        // Where neither end of the byte range is near.
        let differences = zip(noisy.bytes, clean.bytes).filter { (90...160).contains($0.1) }.map {
            Double($0.0) - Double($0.1)
        }
        let count = Double(differences.count)
        try #require(count > 1000)
        let mean = differences.reduce(0, +) / count
        let deviation = (differences.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
        #expect(abs(mean) < 4 * 20 / count.squareRoot())
        #expect(abs(deviation - 20) < 4 * 20 / (2 * count).squareRoot())
        let black = zip(noisy.bytes, clean.bytes).filter { $0.1 == 0 }
        let lit = black.count { $0.0 > 0 }
        // Half of the noise, less that which rounds to zero: 1 - Φ(0.5 / 20) = 0.490.
        #expect(abs(Double(lit) / Double(black.count) - 0.490) < 0.003)
    }

    @Test("Options that cannot be drawn are refused with the reason")
    func refusals() {
        func refuses(_ change: (inout MovingShapesOptions) -> Void) -> Bool {
            var options = MovingShapesOptions.standard
            change(&options)
            do {
                _ = try MovingShapes(options, seed: 0)
                return false
            } catch let error as MovingShapesError {
                return error.description.hasPrefix("these Moving Shapes cannot be drawn: ")
            } catch { return false }
        }
        #expect(refuses { $0.speed = 1...3 })
        #expect(refuses { $0.noise = -1 })
        #expect(refuses { $0.noise = .nan })
        #expect(refuses { $0.frames = 1 })
        #expect(refuses { $0.pause = 31 })
        #expect(refuses { $0.radius = 1...2 })
        #expect(refuses { $0.whiteDistractors = 17 })
        #expect(!refuses { $0.pause = 30 })
    }

    @Test("Sine, cosine and the exponential agree with the C library")
    func trigonometry() {
        for step in 0..<400 {
            let turns = Double(step) / 97 - 1
            let point = ExactTrigonometry.direction(turns: turns)
            #expect(abs(point.x - cos(2 * Double.pi * turns)) < 1e-13 && abs(point.length - 1) < 1e-14)
        }
        #expect(ExactTrigonometry.direction(turns: 0.25).y == 1)
        #expect(abs(ExactTrigonometry.decay(1) - 0.367879441171442) < 1e-13)
        #expect(abs(ExactTrigonometry.decay(20) - 2.061153622438558e-9) < 1e-20)
    }
}
