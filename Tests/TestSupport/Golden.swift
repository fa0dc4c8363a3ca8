import Checkpoints
package import Foundation
package import Tensors

/// A file under Tests/Fixtures.
package func fixture(_ path: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures").appending(path: path)
}

/// The arrays of a safetensors file under Tests/Fixtures, cast to Float32.
package func golden(_ path: String) throws -> [String: Tensor] {
    let checkpoint = try Checkpoint.open(fixture(path), limits: CheckpointLimits())
    return Dictionary(
        uniqueKeysWithValues: checkpoint.names.compactMap { name in checkpoint[name: name].map { (name, $0.tensor()) } }
    )
}
