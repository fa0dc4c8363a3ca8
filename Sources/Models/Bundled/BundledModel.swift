import CBundledModels
import Checkpoints
import Crypto
package import Foundation

/// The models that the binary carries.
package enum BundledModel: String, Hashable, Sendable, CaseIterable {
    case sides = "moving-shapes-sides"
    case angle = "moving-shapes-angle"

    /// The bytes of the checkpoint, a safetensors file.
    package var checkpoint: Data {
        switch self {
        case .sides: Self.bytes(cinegrad_moving_shapes_sides_address(), cinegrad_moving_shapes_sides_size)
        case .angle: Self.bytes(cinegrad_moving_shapes_angle_address(), cinegrad_moving_shapes_angle_size)
        }
    }

    private static func bytes(_ start: UnsafePointer<UInt8>, _ count: Int) -> Data {
        Data(UnsafeBufferPointer(start: start, count: count))
    }

    /// Of the checkpoint, in hexadecimal.
    package var sha256: String { SHA256.hash(data: checkpoint).map { String(format: "%02x", $0) }.joined() }

    /// The manifest as a document.
    package var manifestJSON: String { manifestJSON(.standard) }

    /// The same for a network of other widths.
    package func manifestJSON(_ description: MovingShapesDescription) -> String {
        let architecture = ArchitectureDescription.movingShapes(description).json
        return switch self {
        case .sides:
            """
            {"name": "moving-shapes-sides", "architecture": \(architecture), "task": "classification",
             "labels": ["3 sides", "4 sides", "5 sides"], \(Self.input),
             "intended_use": "Counts the sides of the one shape that is both coloured and moving. Demonstration only."}
            """
        case .angle:
            """
            {"name": "moving-shapes-angle", "architecture": \(architecture), "task": "regression",
             "outputs": [{"name": "cos", "unit": ""}, {"name": "sin", "unit": ""}], \(Self.input),
             "default_target": {"atan2": [1, 0]},
             "intended_use": "Direction of motion of the one shape that is both coloured and moving, y down. Demonstration only."}
            """
        }
    }

    private static let input = """
        "input": {"frames": 32, "period": 1, "height": 112, "width": 112, "channels": "RGB", "range": [0, 1],
                  "mean": [0.1, 0.1, 0.1], "std": [0.25, 0.25, 0.25]}
        """

    /// - Throws: ``ModelError``, `CheckpointError`; not for the files that are built in, which a test loads.
    package func load() throws -> Network {
        try Network(
            ModelManifest(json: Data(manifestJSON.utf8)),
            checkpoint: Checkpoint.read(checkpoint, limits: CheckpointLimits()))
    }
}
