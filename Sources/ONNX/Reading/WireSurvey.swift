import Foundation

/// The messages of an ONNX file by what they hold: just enough of the format to find every message before any is decoded.
enum WireMessage {
    case model, graph, node, attribute, tensor, port, type, tensorType, shape, other

    /// What a field of this message holds; nil for numbers, strings and arrays.
    func child(_ field: Int) -> WireMessage? {
        switch (self, field) {
        case (.model, 7): .graph
        case (.model, 8), (.model, 25): .other
        case (.graph, 1): .node
        case (.graph, 5): .tensor
        case (.graph, 11), (.graph, 12): .port
        case (.graph, 15): .other
        case (.node, 5): .attribute
        case (.attribute, 5): .tensor
        case (.attribute, 6): .graph
        case (.tensor, 13): .other
        case (.port, 2): .type
        case (.type, 1): .tensorType
        case (.tensorType, 2): .shape
        case (.shape, 1): .other
        default: nil
        }
    }
}

/// One pass over a whole file that checks the framing of every message and counts messages and fields. What comes after it, decoding, then takes memory in
/// proportion to the file; and the weights are found, so that they need not be decoded at all.
struct WireSurvey {
    private let bytes: UnsafeRawBufferPointer
    private let limits: GraphLimits
    private var messages = 0
    private var fields = 0

    /// The graph, and the weights in it, as they lie in the file.
    private(set) var graph: Range<Int>?
    private(set) var initializers: [Range<Int>] = []

    /// - Throws: ``GraphError``.
    init(_ bytes: UnsafeRawBufferPointer, limits: GraphLimits) throws {
        self.bytes = bytes
        self.limits = limits
        try visit(.model, 0..<bytes.count, depth: 0)
    }

    private mutating func visit(_ message: WireMessage, _ range: Range<Int>, depth: Int) throws {
        messages += 1
        guard messages <= limits.messages else { throw GraphError.tooMany(what: "messages", limit: limits.messages) }
        guard depth <= limits.depth else {
            throw GraphError.tooMany(what: "messages within messages", limit: limits.depth)
        }
        var walk = WireFields(bytes, range)
        while let field = try walk.next() {
            // Numbers of an array that come one by one are no more in memory than in the file.
            if message != .tensor { fields += 1 }
            guard fields <= limits.fields else { throw GraphError.tooMany(what: "fields", limit: limits.fields) }
            guard let payload = field.payload, let child = message.child(field.number) else { continue }
            if message == .model, child == .graph {
                guard graph == nil else {
                    throw GraphError.malformed(offset: field.whole.lowerBound, reason: "there is a second graph")
                }
                graph = payload
            }
            if depth == 1, message == .graph, child == .tensor {
                guard initializers.count < limits.initializers else {
                    throw GraphError.tooMany(what: "weights", limit: limits.initializers)
                }
                initializers.append(payload)
            }
            try visit(child, payload, depth: depth + 1)
        }
    }
}
