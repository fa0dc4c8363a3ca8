import Autodiff
import Foundation
import ONNX
import Tensors
import TestSupport
import Testing

/// The Python code of docs/onnx.md: Tests/Fixtures/generate/onnx_tutorial.py ran it as it stands there, with PyTorch, which no test installs.
@Suite struct TutorialTests {
    private struct Tutorial: Decodable {
        struct Snippet: Decodable {
            let file, code: String
        }
        struct Clip: Decodable {
            let frames: Int
            let scores: [Float]
            /// Every 97th value.
            let gradient: [Float]
        }
        let output: Int
        let snippets: [Snippet]
        let clips: [Clip]
    }

    private static func tutorial() throws -> Tutorial {
        try JSONDecoder().decode(Tutorial.self, from: Data(contentsOf: fixture("onnx/tutorial/tutorial.json")))
    }

    private static func page() throws -> String {
        try String(
            contentsOf: fixture("onnx").appending(path: "../../../docs/onnx.md").standardizedFileURL, encoding: .utf8)
    }

    @Test("The tutorial lists the operators that are supported, and no other")
    func operators() throws {
        let page = try Self.page()
        let table = try #require(page.components(separatedBy: "## Operators").last?.components(separatedBy: "\n\n")[1])
        let named = table.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        #expect(named.sorted() == StandardOperator.allCases.map(\.rawValue).sorted())
    }

    @Test("The code of the tutorial is the code that made the fixtures")
    func code() throws {
        let page = try Self.page()
        let blocks = page.components(separatedBy: "```python\n").dropFirst().map { block in
            block.components(separatedBy: "```")[0]
        }
        #expect(try Self.tutorial().snippets.map(\.code) == blocks)
        #expect(blocks.count { $0.contains("dynamo=True") && $0.contains("external_data=False") } == 2)
        #expect(blocks.count { $0.contains("dynamo=False") } == 2)
    }

    /// The value of the clip at an index, as the script has it.
    private static func clip(frames: Int) -> Tensor {
        Tensor(uninitialized: [1, 3, frames, 64, 64]) { values in
            for index in values.indices { values[index] = Float(Double(7919 * index % 1009) / 1009) }
        }
    }

    @Test("What the tutorial's code exported computes what PyTorch does", arguments: 0..<4, [16, 9])
    func computes(_ index: Int, _ frames: Int) throws {
        let tutorial = try Self.tutorial()
        let snippet = try #require(tutorial.snippets.dropFirst(index).first)
        let graph = try HostileFileTests.open("tutorial/\(snippet.file)")
        let isOpen = snippet.code.contains("frames\"")
        #expect(try #require(graph.inputs[0].extents) == [1, 3, isOpen ? nil : 16, 64, 64])
        let clip = Self.clip(frames: frames)
        guard isOpen || frames == 16 else {
            let error = #expect(throws: GraphError.self) {
                try graph.program(for: clip.shape, limits: GraphLimits())
            }
            #expect(
                error?.description.contains("takes the shape [1, 3, 16, 64, 64], the manifest's clip has [1, 3, 9,")
                    == true)
            return
        }
        let expected = try #require(tutorial.clips.first { $0.frames == frames })
        let program = try graph.program(for: clip.shape, limits: GraphLimits())
        let tape = Tape(parallelism: .single)
        let x = tape.variable(clip)
        let y = try program(x)
        expectClose(y.value, try Tensor(shape: [1, 5], values: expected.scores), relative: 1e-5, absolute: 0)
        var seed = Tensor(shape: y.shape, repeating: 0)
        seed.withUnsafeMutableValues { $0[tutorial.output] = 1 }
        let gradient = try tape.gradients(of: y, seed: seed, withRespectTo: [x])[0].values
        let kept = stride(from: 0, to: gradient.count, by: 97).map { gradient[$0] }
        // A ReLU at whose kink a value lies is on the other side in single precision.
        let error = relativeL2(
            try Tensor(shape: [kept.count], values: kept),
            try Tensor(shape: [expected.gradient.count], values: expected.gradient))
        #expect(error < 1e-3)
    }
}
