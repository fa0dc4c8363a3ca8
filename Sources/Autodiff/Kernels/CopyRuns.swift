import Tensors

/// Copies runs of consecutive values.
/// - Parameters:
///   - count: of runs.
///   - length: values in each.
///   - sourceStep, destinationStep: values from the start of one run to that of the next.
func copyRuns(
    _ count: Int, of length: Int, from source: Reads, every sourceStep: Int, to destination: Writes,
    every destinationStep: Int, parallelism: Parallelism
) {
    let pieces = (length + elementsPerPiece - 1) / elementsPerPiece
    // Short runs are bundled, so that handing one out does not cost more than the work.
    let bundle = max(1, elementsPerPiece / max(length, 1))
    parallelism.forEach((count + bundle - 1) / bundle * pieces) { unit in
        let (part, piece) = unit.quotientAndRemainder(dividingBy: pieces)
        let first = piece * elementsPerPiece
        for run in part * bundle..<min(count, (part + 1) * bundle) {
            (destination + (run * destinationStep + first)).update(
                from: source + (run * sourceStep + first), count: min(elementsPerPiece, length - first))
        }
    }
}
