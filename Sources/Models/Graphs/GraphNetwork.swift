import Autodiff
import ONNX
import Synchronization
import Tensors

/// A network that an ONNX graph describes, behind the manifest's value range and order of axes.
struct GraphNetwork: Sendable {
    let graph: Graph
    /// For clips of the manifest's shape.
    let program: Program
    /// The results that can be shown over the clip; of networks that take frames one by one those that have no more of them than the clip.
    let layers: ArraySlice<ProgramLayer>
    private let layout: InputContract.Layout
    private let normalization: InputNormalization
    private let programs: ProgramShelf

    /// - Throws: ``ModelError/graph(_:)``.
    init(_ graph: Graph, input: InputContract) throws {
        try self.init(graph, input: input, programs: ProgramShelf())
    }

    private init(_ graph: Graph, input: InputContract, programs: ProgramShelf) throws {
        self.graph = graph
        self.programs = programs
        layout = input.layout
        normalization = InputNormalization(input)
        program = try programs.program(of: graph, for: input.graphShape, keeping: nil)
        layers = program.layers.filter {
            ($0.shape.rank == 5 || $0.shape[0] <= input.frames) && $0.name.utf8.count <= Network.longestLayerName
        }.suffix(Network.mostLayers)
    }

    /// The same graph for other clips; programs of shapes that were asked for lately are kept.
    func taking(_ input: InputContract) throws -> GraphNetwork {
        try GraphNetwork(graph, input: input, programs: programs)
    }

    /// - Parameter x: `[C, T, H, W]`, intensities.
    /// - Returns: of the program's output shape.
    func scores(_ x: Variable) throws -> Variable {
        try telling { try program(taken(x)) }
    }

    /// A pass that records only what follows a layer.
    /// - Parameters:
    ///   - x: a constant.
    ///   - layer: one of ``layers``.
    /// - Returns: nil when the scores need no more than the layer's shape.
    func scores(_ x: Variable, from layer: ProgramLayer) throws -> (output: Variable, activation: Variable)? {
        let program = try programs.program(of: graph, for: program.inputShape, keeping: layer)
        return try telling { try program.recordingFromLayer(taken(x)) }
    }

    /// As the graph takes a clip.
    private func taken(_ x: Variable) throws -> Variable {
        try reshape(arranged(normalized(x)), to: program.inputShape)
    }

    private func telling<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as GraphError {
            throw ModelError.graph(error)
        }
    }

    /// Numbers that training changed.
    var parameterCount: Int { graph.weights.reduce(0) { $0 + $1.shape.count } }

    /// Of a gradient by the clip: the clip is scaled and its axes put in order before the graph sees it, and the gradient goes the same way back.
    func cost(parallelism: Parallelism) -> CostEstimate {
        var cost = program.cost(parallelism: parallelism)
        cost.forward.bytes = max(cost.forward.bytes + clipBytes, 2 * clipBytes)
        cost.backward.bytes = max(cost.backward.bytes + clipBytes, cost.resultBytes * 2 + 3 * clipBytes)
        cost.keptBytes += clipBytes
        return cost
    }

    /// What a pass takes that records what follows a layer, its activation and the gradient by it included.
    /// - Throws: ``ModelError/graph(_:)``.
    func cost(_ layer: ProgramLayer, parallelism: Parallelism) throws -> CostEstimate.Pass {
        let program = try programs.program(of: graph, for: program.inputShape, keeping: layer)
        guard var cost = program.layerCost(parallelism: parallelism) else {
            return CostEstimate.Pass(flops: 0, bytes: 0)
        }
        // Activation and gradient of frames that are taken one by one are put in order at the end.
        cost.bytes = max(cost.bytes, 4 * layer.shape.count * MemoryLayout<Float>.stride) + 2 * clipBytes
        return cost
    }

    /// As the graph takes it.
    private var clipBytes: Int { program.inputShape.count * MemoryLayout<Float>.stride }

    private func normalized(_ x: Variable) throws -> Variable {
        let (factors, addends) = (normalization.factors, normalization.addends)
        if Set(factors).count == 1, Set(addends).count == 1 {
            return factors[0] == 1 && addends[0] == 0 ? x : affine(x, factor: factors[0], addend: addends[0])
        }
        func column(_ values: [Float]) throws -> Variable {
            x.tape.constant(try Tensor(shape: [values.count, 1, 1, 1], values: values))
        }
        return try add(multiply(x, column(factors)), column(addends))
    }

    private func arranged(_ x: Variable) throws -> Variable {
        switch layout {
        case .channelsFirst: x
        case .framesFirst: try transpose(x, permutation: [1, 0, 2, 3])
        case .channelsLast: try transpose(x, permutation: [1, 2, 3, 0])
        }
    }
}

extension InputContract {
    /// The shape of a network's input, a batch of one clip.
    fileprivate var graphShape: Shape {
        switch layout {
        case .channelsFirst: [1, channels.count, frames, height, width]
        case .framesFirst: [1, frames, channels.count, height, width]
        case .channelsLast: [1, frames, height, width, channels.count]
        }
    }
}

/// The programs of one graph that were asked for last: working one out takes up to seconds.
private final class ProgramShelf: Sendable {
    private struct Entry: Sendable {
        /// Nil for programs of whole passes.
        let layer: ProgramLayer?
        let program: Program
    }

    private static let limit = 3
    private let entries = Mutex<[Entry]>([])

    func program(of graph: Graph, for shape: Shape, keeping layer: ProgramLayer?) throws -> Program {
        let known = entries.withLock { $0.first { $0.program.inputShape == shape && $0.layer == layer } }
        if let known { return known.program }
        do {
            let limits = GraphLimits()
            let program =
                try layer.map { try graph.program(for: shape, limits: limits, keeping: $0) }
                ?? graph.program(for: shape, limits: limits)
            entries.withLock { entries in
                entries.append(Entry(layer: layer, program: program))
                if entries.count > Self.limit { entries.removeFirst() }
            }
            return program
        } catch let error as GraphError {
            throw ModelError.graph(error)
        }
    }
}
