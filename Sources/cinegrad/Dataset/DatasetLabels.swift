import Cine
import Evaluation

/// `labels.json`: the truth about every clip.
struct DatasetLabels: Encodable {
    let seed: UInt64
    let options: MovingShapesOptions
    let clips: [Clip]

    struct Clip: Encodable {
        let video, mask: String
        /// Of the target.
        let sides: Int
        /// Of its direction, 0 ..< 270, y down.
        let degrees: Double
        /// In the order of drawing; the target is the last. The mask of shape i has the value i + 1.
        let shapes: [Shape]

        init(_ name: String, _ scene: MovingShapesScene) {
            (video, mask) = ("videos/\(name).mkv", "masks/\(name).npy")
            (sides, degrees) = (scene.target.sides, scene.degrees)
            shapes = scene.shapes.map(Shape.init)
        }
    }

    struct Shape: Encodable {
        let role: String
        let sides: Int
        /// In pixels, from the centre to the corners.
        let radius: Double
        /// In turns, of the first corner.
        let phase: Double
        let color: [UInt8]
        /// x and y in each frame, in pixels.
        let centers: [[Double]]

        init(_ shape: MovingShape) {
            role = shape.role.rawValue
            (sides, radius, phase, color) = (shape.sides, shape.radius, shape.phase, shape.color)
            centers = shape.centers.map { [$0.x, $0.y] }
        }
    }
}
