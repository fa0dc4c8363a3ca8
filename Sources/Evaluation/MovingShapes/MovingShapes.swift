package import Tensors

/// The Moving Shapes data (Hughes, section 3): clip `index` depends on seed, options and index alone, with the same bytes on every machine.
package struct MovingShapes: Sendable {
    package let options: MovingShapesOptions
    package let seed: UInt64
    private let noise: GreyNoise

    /// - Throws: ``MovingShapesError``.
    package init(_ options: MovingShapesOptions, seed: UInt64) throws {
        try options.validate()
        self.options = options
        self.seed = seed
        noise = GreyNoise(deviation: options.noise)
    }

    /// The truth about a clip, without drawing it.
    package func scene(_ index: UInt64) -> MovingShapesScene {
        var stream = PhiloxStream(seed: seed, clip: index, purpose: .scene)
        return MovingShapesScene(options, from: &stream)
    }

    package func clip(_ index: UInt64) -> MovingShapesClip {
        var clip = MovingShapesClip(scene: scene(index), frames: options.frames, side: options.side)
        clip.draw()
        if options.noise > 0 {
            let stream = PhiloxStream(seed: seed, clip: index, purpose: .noise)
            clip.withUnsafeMutableBytes { noise.add(to: $0, from: stream) }
        }
        return clip
    }
}

/// A drawn clip with its truth.
package struct MovingShapesClip: Sendable {
    package let scene: MovingShapesScene
    package let frames, side: Int
    /// `[T, H, W, 3]`: red, green, blue.
    package private(set) var bytes: [UInt8]
    /// `[T, H, W]`: 0 for background, or 1 + the place in ``MovingShapesScene/shapes`` of the topmost shape that covers at least half of a pixel.
    package private(set) var owners: [UInt8]

    init(scene: MovingShapesScene, frames: Int, side: Int) {
        self.scene = scene
        self.frames = frames
        self.side = side
        bytes = Array(repeating: 0, count: frames * side * side * 3)
        owners = Array(repeating: 0, count: frames * side * side)
    }

    /// Shapes on black, each over those before it, edges blended by coverage.
    mutating func draw() {
        let (full, side) = (RegularPolygon.fullCoverage, side)
        for (index, shape) in scene.shapes.enumerated() {
            let polygon = RegularPolygon(shape)
            let color = shape.color.map(Int.init)
            bytes.withUnsafeMutableBufferPointer { bytes in
                owners.withUnsafeMutableBufferPointer { owners in
                    for (frame, center) in shape.centers.enumerated() {
                        polygon.forEachPixel(around: center, side: side) { column, row, covered in
                            let pixel = (frame * side + row) * side + column
                            for channel in 0..<3 {
                                let below = Int(bytes[3 * pixel + channel])
                                let sum = below * (full - covered) + color[channel] * covered
                                bytes[3 * pixel + channel] = UInt8(truncatingIfNeeded: (sum + full / 2) / full)
                            }
                            if 2 * covered >= full { owners[pixel] = UInt8(truncatingIfNeeded: index + 1) }
                        }
                    }
                }
            }
        }
    }

    mutating func withUnsafeMutableBytes(_ body: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
        bytes.withUnsafeMutableBufferPointer { body($0) }
    }

    /// `[T, H, W]`: whether each pixel shows a shape.
    /// - Parameter shape: a place in ``MovingShapesScene/shapes``; the target's is the last.
    package func mask(ofShape shape: Int) -> [Bool] { owners.map { Int($0) == shape + 1 } }

    /// Writes the intensities, x/255, as `[3, T, H, W]`.
    /// - Parameter destination: as many values as there are bytes.
    package func writeIntensities(to destination: UnsafeMutableBufferPointer<Float>) {
        let volume = frames * side * side
        precondition(destination.count == 3 * volume, "a clip of \(3 * volume) values")
        bytes.withUnsafeBufferPointer { bytes in
            for channel in 0..<3 {
                for pixel in 0..<volume {
                    destination[channel * volume + pixel] = Float(bytes[3 * pixel + channel]) / 255
                }
            }
        }
    }

    /// `[3, T, H, W]`, intensities 0…1: a clip as the models take it.
    package var intensities: Tensor {
        Tensor(uninitialized: [3, frames, side, side]) { writeIntensities(to: $0) }
    }
}
