import Foundation
import Models
import Tensors
import Testing

@Suite struct TargetTests {
    private func target(_ json: String) throws -> Target {
        try JSONDecoder().decode([Target].self, from: Data("[\(json)]".utf8))[0]
    }

    @Test("Targets are read and written alike")
    func wire() throws {
        let forms: [(String, Target)] = [
            ("\"predicted\"", .predicted), (#"{"output":7}"#, .output(7)), (#"{"label":"walk"}"#, .label("walk")),
            (#"{"difference":[2,0]}"#, .difference(2, 0)), (#"{"atan2":[1,0]}"#, .angle(y: 1, x: 0)),
        ]
        for (json, expected) in forms {
            #expect(try target(json) == expected)
            #expect(String(decoding: try JSONEncoder().encode([expected]), as: UTF8.self) == "[\(json)]")
        }
        #expect(try target(#"{"output":[31]}"#) == .output(31))
        #expect(try target(#"{"output":[0,2,1]}"#) == .element([0, 2, 1]))
        for wrong in [
            #"{"output":[]}"#, #"{"output":[0,-1]}"#, #"{"output":[0,0,0,0,0,0,0,0,0]}"#, "7", "\"best\"", "{}",
            #"{"output":1,"label":"a"}"#, #"{"difference":[1]}"#, #"{"outputs":1}"#,
        ] {
            #expect(throws: (any Error).self) { try target(wrong) }
        }
    }

    @Test("What predicted means depends on the model")
    func predicted() throws {
        let sides = try BundledModel.sides.load().manifest
        let angle = try BundledModel.angle.load().manifest
        func resolved(_ target: Target) throws -> ResolvedTarget {
            try ResolvedTarget(target, manifest: sides, scores: [1, 3, 3], shape: [1, 3])
        }
        #expect(try resolved(.predicted) == .output(1))
        #expect(
            try ResolvedTarget(.predicted, manifest: angle, scores: [1, 3], shape: [1, 2]) == .angle(y: 1, x: 0))
        #expect(try resolved(.label("5 sides")) == .output(2))
        #expect(throws: ModelError.unknownOutput(index: 3, count: 3)) { try resolved(.output(3)) }
        #expect(throws: ModelError.unknownLabel("six", known: ["3 sides", "4 sides", "5 sides"])) {
            try resolved(.label("six"))
        }
    }

    @Test("An index on every axis finds its place, with the batch or without; another number of axes does not")
    func elements() throws {
        let manifest = try BundledModel.angle.load().manifest
        let scores = [Float](repeating: 0, count: 24)
        func place(_ index: [Int], _ shape: Shape) throws -> ResolvedTarget {
            try ResolvedTarget(.element(index), manifest: manifest, scores: scores, shape: shape)
        }
        #expect(try place([0, 1, 2, 3], [1, 2, 3, 4]) == .output(23))
        #expect(try place([1, 0, 1], [1, 2, 3, 4]) == .output(13))
        #expect(try place([1, 2], [4, 6]) == .output(8))
        let misfits: [([Int], Shape)] = [
            ([0, 2, 0, 0], [1, 2, 3, 4]), ([1, 2], [1, 2, 3, 4]), ([1, 0, 0, 0], [1, 2, 3, 4]), ([0, 1, 2], [4, 6]),
        ]
        for (index, shape) in misfits {
            #expect(throws: ModelError.unknownElement(index: index, shape: shape)) { try place(index, shape) }
        }
    }

    @Test("The gradient of a difference and of an angle follow from the outputs' gradients")
    func chainRule() throws {
        let network = try BundledModel.angle.load()
        let clip = FormulaClip.noise(network.clipShape)
        let cosine = try network.gradient(of: .output(0), at: clip, parallelism: .single)
        let sine = try network.gradient(of: .output(1), at: clip, parallelism: .single)
        let difference = try network.gradient(of: .difference(1, 0), at: clip, parallelism: .single)
        let angle = try network.gradient(of: .angle(y: 1, x: 0), at: clip, parallelism: .single)
        let (c, s) = (cosine.value, sine.value)
        #expect(abs(difference.value - (s - c)) < 1e-6)
        #expect(abs(angle.value - atan2(s, c)) < 1e-6)
        let (gc, gs) = (cosine.gradient.values, sine.gradient.values)
        let largest = Double(gs.map(abs).max() ?? 0)
        #expect(largest > 0)
        for index in stride(from: 0, to: gc.count, by: 997) {
            let byAngle = (c * Double(gs[index]) - s * Double(gc[index])) / (c * c + s * s)
            #expect(abs(Double(angle.gradient.values[index]) - byAngle) < 1e-4 * largest / (c * c + s * s).squareRoot())
            #expect(abs(Double(difference.gradient.values[index]) - Double(gs[index] - gc[index])) < 1e-5 * largest)
        }
    }
}
