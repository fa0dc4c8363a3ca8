import CKernels
import Tensors

/// Where a convolution reads and writes, and what is done to its results.
struct ProductOperands: Sendable {
    let source: Reads
    let destination: Writes
    let finish: BlockedFinish
}

/// Work memory of a run: a shared part and one for each piece of work under way.
struct ProductMemory: Sendable {
    let shared: Writes
    let own: Scratch
    let meter: WorkMeter
}

extension BlockTransform {
    /// Computes and stores all results.
    func run(
        _ schedule: ProductSchedule, _ operands: ProductOperands, memory: ProductMemory, parallelism: Parallelism
    ) {
        guard rows > 0 else { return }
        memory.meter.did(flops: 2 * BlockedExtents.lanes * multiplications)
        switch schedule.order {
        case .rowsFirst: runRows(schedule, operands, memory, parallelism)
        case .panelsFirst: runPanels(schedule, operands, memory, parallelism)
        }
    }

    private func runRows(
        _ schedule: ProductSchedule, _ operands: ProductOperands, _ memory: ProductMemory, _ parallelism: Parallelism
    ) {
        let lanes = BlockedExtents.lanes
        let width = ProductSchedule.panelWidth
        let (points, blocks, vectors) = (points, blocks, vectors)
        // Panels lie one behind the other: [panel][point][block][16][16 · vectors of the panel].
        let vectorValues = points * blocks * BlockedWeights.area
        let bundle = 4
        let bundles = (blocks + bundle - 1) / bundle
        parallelism.forEach(vectors * bundles) { unit in
            let (vector, part) = unit.quotientAndRemainder(dividingBy: bundles)
            let first = vector / width * width
            let inPanel = min(width, vectors - first)
            let from = part * bundle
            writeWeights(
                vector: vector, blocks: from..<min(blocks, from + bundle),
                to: memory.shared
                    + (first * vectorValues + from * BlockedWeights.area * inPanel + (vector - first) * lanes),
                pointStep: blocks * BlockedWeights.area * inPanel, rowStep: lanes * inPanel)
        }
        let pieces = (rows + schedule.chunk - 1) / schedule.chunk
        parallelism.forEach(pieces) { piece in
            let chunk = piece * schedule.chunk..<min(rows, (piece + 1) * schedule.chunk)
            let count = chunk.count
            memory.own.borrow { input in
                let blockStep = count * lanes
                let products = input + points * blocks * blockStep
                writeInput(
                    operands.source, rows: chunk, blocks: 0..<blocks, to: input, pointStep: blocks * blockStep,
                    blockStep: blockStep)
                for first in stride(from: 0, to: vectors, by: width) {
                    let inPanel = min(width, vectors - first)
                    let panel = memory.shared + first * vectorValues
                    for point in 0..<points {
                        ck_block_multiply(
                            input + point * blocks * blockStep, blockStep,
                            panel + point * blocks * BlockedWeights.area * inPanel, blocks, count, inPanel,
                            products + point * inPanel * blockStep, blockStep, 0)
                    }
                    for vector in first..<first + inPanel {
                        writeResult(
                            vector: vector, rows: chunk, from: products + (vector - first) * blockStep,
                            pointStep: inPanel * blockStep, into: operands.destination, finish: operands.finish)
                    }
                }
            }
        }
    }

    private func runPanels(
        _ schedule: ProductSchedule, _ operands: ProductOperands, _ memory: ProductMemory, _ parallelism: Parallelism
    ) {
        let lanes = BlockedExtents.lanes
        let width = ProductSchedule.panelWidth
        let (points, blocks, vectors, rows) = (points, blocks, vectors, rows)
        let blockStep = rows * lanes
        let pieces = (rows + 111) / 112
        parallelism.forEach(blocks * pieces) { unit in
            let (block, piece) = unit.quotientAndRemainder(dividingBy: pieces)
            let chunk = piece * 112..<min(rows, (piece + 1) * 112)
            writeInput(
                operands.source, rows: chunk, blocks: block..<block + 1, to: memory.shared + chunk.lowerBound * lanes,
                pointStep: blocks * blockStep, blockStep: blockStep)
        }
        parallelism.forEach(schedule.panels) { panel in
            let first = panel * width
            let inPanel = min(width, vectors - first)
            memory.own.borrow { weights in
                let products = weights + points * schedule.blocksAtOnce * BlockedWeights.area * width
                for from in stride(from: 0, to: max(blocks, 1), by: max(schedule.blocksAtOnce, 1)) {
                    let some = from..<min(blocks, from + schedule.blocksAtOnce)
                    let pointStep = some.count * BlockedWeights.area * inPanel
                    for vector in 0..<inPanel {
                        writeWeights(
                            vector: first + vector, blocks: some, to: weights + vector * lanes, pointStep: pointStep,
                            rowStep: lanes * inPanel)
                    }
                    for point in 0..<points {
                        ck_block_multiply(
                            memory.shared + (point * blocks + from) * blockStep, blockStep,
                            weights + point * pointStep, some.count, rows, inPanel,
                            products + point * inPanel * blockStep, blockStep, from > 0 ? 1 : 0)
                    }
                }
                for vector in 0..<inPanel {
                    writeResult(
                        vector: first + vector, rows: 0..<rows, from: products + vector * blockStep,
                        pointStep: inPanel * blockStep, into: operands.destination, finish: operands.finish)
                }
            }
        }
    }
}
