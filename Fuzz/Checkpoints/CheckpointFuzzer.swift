import Checkpoints
import Foundation
import Tensors

/// Takes whatever bytes libFuzzer comes up with for a checkpoint: they may be refused with the reader's own error, or hold tensors, each of which is
/// decoded. Anything else (another error, a trap, much memory or time) ends the fuzzer with the bytes in a file.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzCheckpoint(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let data = bytes.map { Data(bytes: $0, count: count) } ?? Data()
    do {
        let checkpoint = try Checkpoint.read(data, limits: CheckpointLimits())
        for name in checkpoint.names {
            guard let tensor = checkpoint[name: name] else { preconditionFailure("\(name) is listed and missing") }
            // A stored byte makes at most one value, so the largest tensor is bounded by the unpacked file.
            precondition(tensor.shape.count <= CheckpointLimits().compressionRatio * max(count, 1 << 10))
            precondition(tensor.tensor().values.count == tensor.shape.count)
        }
    } catch let error as CheckpointError {
        precondition(!error.description.isEmpty)
    } catch {
        preconditionFailure("an error of another kind: \(error)")
    }
    return 0
}
