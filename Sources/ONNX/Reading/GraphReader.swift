package import Foundation
import SwiftProtobuf
import Tensors

extension Graph {
    /// The versions of the standard operators that are read.
    package static let opsets = 11...20

    /// Reads an ONNX file. Checks its form, not yet what it computes.
    ///
    /// Weights are not copied: they stay in `file` (or `external`), which may be mapped into memory.
    /// - Parameters:
    ///   - external: the file with the weights that PyTorch's newer exporter writes beside the model, whatever its name.
    /// - Throws: ``GraphError``.
    package init(file: Data, external: Data?, limits: GraphLimits) throws {
        let survey = try file.withUnsafeBytes { try WireSurvey($0, limits: limits) }
        guard let graph = survey.graph else { throw GraphError.noGraph }
        let reader = FileReader(file: file, arrays: ArrayReader(external: external, limits: limits), limits: limits)
        let model = try WireModel(reader.bytes(of: 0..<file.count, without: [7]), at: 0)
        let opset = try Self.opset(of: model)
        var initializers: [String: StoredArray] = [:]
        for range in survey.initializers {
            let (name, array) = try reader.initializer(range)
            guard initializers.updateValue(array, forKey: name) == nil else {
                throw GraphError.badInitializer(name: name, reason: "there are two of this name")
            }
        }
        let body = try WireGraph(reader.bytes(of: graph, without: [5]), at: graph.lowerBound)
        let producer = [model.producerName, model.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
        try self.init(body, opset: opset, producer: producer, initializers: initializers, reader: reader)
    }

    private static func opset(of model: WireModel) throws -> Int {
        let standard = model.opsetImport.filter { $0.domain.isEmpty || $0.domain == "ai.onnx" }
        guard let version = standard.first?.version else {
            throw GraphError.unsupportedOpset(found: nil, known: opsets)
        }
        if let other = standard.first(where: { $0.version != version }) {
            throw GraphError.conflictingOpsets(Int(version), Int(other.version))
        }
        guard opsets.contains(Int(version)) else {
            throw GraphError.unsupportedOpset(found: Int(version), known: opsets)
        }
        return Int(version)
    }

    fileprivate init(
        _ wire: WireGraph, opset: Int, producer: String, initializers: [String: StoredArray], reader: FileReader
    ) throws {
        guard wire.node.count <= reader.limits.nodes else {
            throw GraphError.tooMany(what: "nodes", limit: reader.limits.nodes)
        }
        if let sparse = wire.sparseInitializer.first {
            throw GraphError.badInitializer(name: sparse.values.name, reason: "sparse weights are not supported")
        }
        self.opset = opset
        self.producer = producer
        self.initializers = initializers
        inputs = try wire.input.map(Port.init).filter { initializers[$0.name] == nil }
        outputs = try wire.output.map(Port.init)
        nodes = []
        nodes.reserveCapacity(wire.node.count)
        for (index, node) in wire.node.enumerated() {
            let name = NodeName(index: index, operation: node.opType, name: node.name)
            var attributes: [String: Attribute] = [:]
            for attribute in node.attribute {
                guard attribute.refAttrName.isEmpty else {
                    throw GraphError.badNode(name, reason: "\(attribute.name) refers to a function's attribute")
                }
                let value = try reader.attribute(attribute, of: name, opset: opset, producer: producer)
                guard attributes.updateValue(value, forKey: attribute.name) == nil else {
                    throw GraphError.badNode(name, reason: "there are two attributes \(attribute.name)")
                }
            }
            nodes.append(
                Node(
                    name: name, domain: node.domain == "ai.onnx" ? "" : node.domain, inputs: node.input,
                    outputs: node.output, attributes: attributes))
        }
    }
}

extension Port {
    fileprivate init(_ wire: WireValueInfo) throws {
        let tensor = wire.type.tensorType
        name = wire.name
        element = ElementType(rawValue: Int(tensor.elemType))
        guard tensor.hasShape else {
            extents = nil
            return
        }
        extents = try tensor.shape.dim.map { dimension in
            guard case .dimValue(let extent)? = dimension.value else { return nil }
            guard extent >= 0 else {
                throw GraphError.badInput(reason: "\(wire.name) has the negative extent \(extent)")
            }
            // Some exporters write 0 for an extent that is not known.
            return extent == 0 ? nil : Int(extent)
        }
    }
}

/// Decodes parts of a file.
private struct FileReader {
    let file: Data
    let arrays: ArrayReader
    let limits: GraphLimits

    /// A message's bytes without some of its fields.
    func bytes(of range: Range<Int>, without numbers: Set<Int>) throws -> Data {
        try file.withUnsafeBytes { raw in
            var fields = WireFields(raw, range)
            var result = Data()
            while let field = try fields.next() {
                guard !numbers.contains(field.number) || field.payload == nil else { continue }
                guard result.count + field.whole.count <= limits.descriptionBytes else {
                    throw GraphError.tooMany(what: "bytes of description", limit: limits.descriptionBytes)
                }
                result.append(contentsOf: raw[field.whole])
            }
            return result
        }
    }

    /// A weight; its raw bytes (field 9) are not copied.
    func initializer(_ range: Range<Int>) throws -> (name: String, array: StoredArray) {
        let raw = try file.withUnsafeBytes { bytes in
            var fields = WireFields(bytes, range)
            var found: Range<Int>?
            // Of several the last counts, as everywhere in protocol buffers.
            while let field = try fields.next() {
                if field.number == 9 { found = field.payload ?? found }
            }
            return found
        }
        let wire = try WireTensor(bytes(of: range, without: [9]), at: range.lowerBound)
        let start = file.startIndex
        let data = raw.map { file[start + $0.lowerBound..<start + $0.upperBound] }
        return (wire.name, try arrays.array(wire, raw: data))
    }

    func attribute(_ wire: WireAttribute, of node: NodeName, opset: Int, producer: String) throws -> Attribute {
        switch wire.type {
        case 1: return .real(wire.f)
        case 2: return .integer(Int(wire.i))
        case 3: return .string(String(decoding: wire.s, as: UTF8.self))
        case 4:
            do {
                return .array(try arrays.array(wire.t, raw: nil))
            } catch GraphError.badInitializer(_, let reason) {
                // Arrays of nodes have no name of their own.
                throw GraphError.badNode(node, reason: "the array \(wire.name) is not valid: \(reason)")
            }
        case 5: return .graph(try branch(wire.g, opset: opset, producer: producer))
        case 6: return .reals(wire.floats)
        case 7: return .integers(wire.ints.map(Int.init))
        case 8: return .strings(wire.strings.map { String(decoding: $0, as: UTF8.self) })
        default: return .other
        }
    }

    private func branch(_ wire: WireGraph, opset: Int, producer: String) throws -> Graph {
        var initializers: [String: StoredArray] = [:]
        for tensor in wire.initializer {
            guard initializers.updateValue(try arrays.array(tensor, raw: nil), forKey: tensor.name) == nil else {
                throw GraphError.badInitializer(name: tensor.name, reason: "there are two of this name")
            }
        }
        return try Graph(wire, opset: opset, producer: producer, initializers: initializers, reader: self)
    }
}

extension SwiftProtobuf.Message {
    /// Decodes a message whose framing has been checked.
    /// - Parameter offset: where it begins in the file.
    fileprivate init(_ bytes: Data, at offset: Int) throws {
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        do {
            try self.init(serializedBytes: bytes, extensions: nil, partial: true, options: options)
        } catch {
            throw GraphError.malformed(
                offset: offset,
                reason: "there is a message in which a field does not have the type that it should have")
        }
    }
}
