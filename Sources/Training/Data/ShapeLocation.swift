import Autodiff
import Cine
package import Evaluation
package import Tensors

/// Which shape is where, at the resolution of a network's last map: a second question that is asked during training alone.
///
/// The mean over time and space that a network ends in hides which place was right, so that a network needs thousands of clips to find out
/// which shape is meant. Asked at each place what is there, distractors with their sides included, it gets hundreds of answers from every clip.
package struct ShapeLocation: Hashable, Sendable {
    /// Nothing; then 3, 4 and 5 sides of each role.
    package static let classes = 1 + 3 * MovingShape.Role.allCases.count

    /// For each place of `[N, T', H', W']` the class of the topmost shape whose centre is there.
    package let labels: [Int]

    /// - Parameters:
    ///   - map: `[N, classes, T', H', W']`.
    ///   - frames, side: of the clips.
    package init(_ scenes: [MovingShapesScene], map: Shape, frames: Int, side: Int) {
        let (depth, height, width) = (map[2], map[3], map[4])
        // Strided convolutions with padding keep the first place above the first pixel.
        let (rowStep, columnStep) = (Double(side) / Double(height), Double(side) / Double(width))
        let frameStep = frames / depth
        var labels = [Int](repeating: 0, count: scenes.count * depth * height * width)
        for (sample, scene) in scenes.enumerated() {
            for shape in scene.shapes {
                let label = Self.label(of: shape)
                for frame in 0..<depth {
                    let center = shape.centers[min(frame * frameStep, frames - 1)]
                    let first = (sample * depth + frame) * height * width
                    for row in 0..<height where abs(Double(row) * rowStep - center.y) <= 0.75 * rowStep {
                        for column in 0..<width where abs(Double(column) * columnStep - center.x) <= 0.75 * columnStep {
                            labels[first + row * width + column] = label
                        }
                    }
                }
            }
        }
        self.labels = labels
    }

    private static func label(of shape: MovingShape) -> Int {
        let role =
            switch shape.role {
            case .target: 0
            case .whiteDistractor: 1
            case .staticDistractor: 2
            }
        return 1 + 3 * role + shape.sides - 3
    }

    /// The mean cross-entropy of the places that show the target, plus that of the distractors' places, plus that of the empty ones: so that none
    /// outweighs the others.
    /// - Parameter places: `[N, classes, T', H', W']`, scores.
    /// - Throws: `ShapeError`.
    func loss(_ places: Variable) throws -> Variable {
        let shape = places.shape
        let volume = shape.extents[2...].reduce(1, *)
        let logarithms = try logSoftmax(places, axis: 1)
        func term(_ kind: ClosedRange<Int>) throws -> Variable? {
            let picked = labels.indices.filter { kind.contains(labels[$0]) }.map { index in
                let (sample, place) = index.quotientAndRemainder(dividingBy: volume)
                return (sample * shape[1] + labels[index]) * volume + place
            }
            guard !picked.isEmpty else { return nil }
            return affine(
                try mean(pick(logarithms, places: picked, shape: [picked.count])), factor: -1, addend: 0)
        }
        let terms = try [0...0, 1...3, 4...Self.classes - 1].compactMap(term)
        guard let first = terms.first else { return places.tape.constant(Tensor(scalar: 0)) }
        return try terms.dropFirst().reduce(first) { try add($0, $1) }
    }
}
