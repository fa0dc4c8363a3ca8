import Foundation
import Tensors

/// Checks one array of the file against its own description.
struct ArrayReader {
    /// The file that holds the weights beside the model, if it came with it.
    let external: Data?
    let limits: GraphLimits

    /// - Parameters:
    ///   - wire: without its raw bytes if they are given.
    ///   - raw: the raw bytes where they lie in the file.
    /// - Throws: ``GraphError``.
    func array(_ wire: WireTensor, raw: Data?) throws -> StoredArray {
        func refuse(_ reason: String) -> GraphError { .badInitializer(name: wire.name, reason: reason) }
        guard let element = ElementType(rawValue: Int(wire.dataType)) else {
            throw refuse("the element type \(wire.dataType) is not supported")
        }
        guard wire.dims.allSatisfy({ $0 >= 0 }) else { throw refuse("its shape \(wire.dims) has a negative extent") }
        guard wire.dims.count <= limits.rank else { throw refuse("it has more than \(limits.rank) axes") }
        let most = element.kind == .real ? limits.values : limits.movedIntegers
        guard let shape = try? Shape(validating: wire.dims.map(Int.init)), shape.room <= most else {
            throw refuse("its shape \(wire.dims) holds more than \(most) values")
        }
        let payload: StoredArray.Payload
        let found: Int
        if wire.dataLocation != 0 {
            let bytes = try externalBytes(wire, count: shape.count * element.bytes)
            return StoredArray(element: element, shape: shape, payload: .raw(bytes))
        }
        let bytes = raw ?? wire.rawData
        if !bytes.isEmpty || (raw != nil && shape.count == 0) {
            guard bytes.count == shape.count * element.bytes else {
                throw refuse("the shape \(shape) takes \(shape.count * element.bytes) bytes, there are \(bytes.count)")
            }
            return StoredArray(element: element, shape: shape, payload: .raw(bytes))
        }
        switch element {
        case .float32: (payload, found) = (.reals(wire.floatData), wire.floatData.count)
        case .float64: (payload, found) = (.wideReals(wire.doubleData), wire.doubleData.count)
        case .int64: (payload, found) = (.integers(wire.int64Data), wire.int64Data.count)
        case .uint32, .uint64:
            let values = wire.uint64Data.map { Int64(bitPattern: $0) }
            (payload, found) = (.integers(values), values.count)
        case .uint8, .int8, .uint16, .int16, .int32, .bool, .float16, .bfloat16:
            (payload, found) = (.integers(wire.int32Data.map(Int64.init)), wire.int32Data.count)
        }
        guard found == shape.count else {
            throw refuse("the shape \(shape) takes \(shape.count) values, there are \(found)")
        }
        return StoredArray(element: element, shape: shape, payload: payload)
    }

    private func externalBytes(_ wire: WireTensor, count: Int) throws -> Data {
        func refuse(_ reason: String) -> GraphError { .externalData(name: wire.name, reason: reason) }
        let entries = Dictionary(wire.externalData.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        guard let location = entries["location"], !location.isEmpty else { throw refuse("no other file is named") }
        guard !location.contains("/"), !location.contains("\\"), location != "..",
            location.utf8.allSatisfy({ $0 >= 32 })
        else { throw refuse("it is said to be in a file outside of the model's directory") }
        guard let external else {
            throw refuse(
                "it is in the file \(location.prefix(100)) beside it: export with torch.onnx.export(…, external_data=False)"
            )
        }
        func number(_ key: String, otherwise value: Int) throws -> Int {
            guard let text = entries[key] else { return value }
            guard let number = Int(text), number >= 0 else {
                throw refuse("its \(key) \(text.prefix(40)) is no number")
            }
            return number
        }
        let offset = try number("offset", otherwise: 0)
        let length = try number("length", otherwise: count)
        guard length == count else { throw refuse("its shape takes \(count) bytes, \(length) are said to be there") }
        guard offset <= external.count, length <= external.count - offset else {
            throw refuse(
                "it is said to be at bytes \(offset) to \(offset.addingReportingOverflow(length).partialValue) of a file of \(external.count) bytes"
            )
        }
        return external[external.startIndex + offset..<external.startIndex + offset + length]
    }
}

extension Shape {
    /// The number of elements, extents of zero taken as one: it bounds the product of any extents, also where there is nothing to store.
    var room: Int { extents.reduce(1) { $0 * max($1, 1) } }
}
