/// What stands in for the calls that a pickle asks for: the few that make tensors are done here, none is carried out.
extension Unpickler {
    /// Axes of a tensor, as PyTorch has it.
    private static let mostAxes = 64

    mutating func reduce(_ function: PickleValue, _ arguments: PickleValue) throws -> PickleValue {
        guard case .global(let global) = function else { throw forbidden("a call of \(function.kind)") }
        guard let arguments = arguments.container(.tuple)?.elements else {
            throw malformed("arguments must be a tuple")
        }
        switch global {
        case .inert: return .inert
        case .storage, .elementType: throw forbidden("a call of a storage or element type")
        case .size:
            guard arguments.count == 1, arguments[0].container(.tuple) != nil else {
                throw malformed("torch.Size takes a tuple")
            }
            return arguments[0]
        case .orderedDictionary: return .container(try orderedDictionary(arguments))
        case .rebuildParameter:
            guard let first = arguments.first, case .tensor = first else {
                throw malformed("a parameter needs a tensor")
            }
            return first
        case .rebuildTensor: return .tensor(try tensor(arguments, type: nil))
        case .rebuildTypedTensor:
            guard arguments.count >= 7, case .global(.elementType(let type)) = arguments[6] else {
                throw malformed("a tensor needs its element type")
            }
            return .tensor(try tensor(arguments, type: type))
        }
    }

    /// Python 2 passes the entries as a list of pairs.
    private mutating func orderedDictionary(_ arguments: [PickleValue]) throws -> PickleContainer {
        let dictionary = PickleContainer(.dictionary)
        guard let argument = arguments.first else { return dictionary }
        guard arguments.count == 1, let pairs = argument.container(.list) else {
            throw malformed("an OrderedDict takes a list of pairs")
        }
        // The memo may hand over one list again and again.
        try spend(pairs.elements.count)
        for pair in pairs.elements {
            let pair = pair.container(.list) ?? pair.container(.tuple)
            guard let pair, pair.elements.count == 2 else { throw malformed("an OrderedDict takes a list of pairs") }
            try fill(dictionary, pair.elements)
        }
        return dictionary
    }

    /// `(storage, offset, size, stride, …)`
    /// - Parameter type: nil for the storage's.
    private func tensor(_ arguments: [PickleValue], type: StorageType?) throws -> TensorReference {
        guard arguments.count >= 4, case .storage(let storage) = arguments[0], let offset = arguments[1].integer,
            let extents = integers(arguments[2]), let strides = integers(arguments[3])
        else {
            throw malformed(
                "a tensor needs a storage, an offset, and for each of at most \(Self.mostAxes) axes size and stride")
        }
        return TensorReference(
            storage: storage, type: type ?? storage.type, offset: offset, extents: extents, strides: strides)
    }

    private func integers(_ value: PickleValue) -> [Int]? {
        guard let elements = (value.container(.tuple) ?? value.container(.list))?.elements,
            elements.count <= Self.mostAxes
        else { return nil }
        let integers = elements.compactMap(\.integer)
        return integers.count == elements.count ? integers : nil
    }

    /// `('storage', type, key, location, number of elements, view)`; a view is None or `(key, offset, number of elements)`.
    mutating func storage(_ id: PickleValue) throws -> StorageReference {
        let fields = id.container(.tuple)?.elements ?? []
        if fields.first?.text == "module" { throw CheckpointError.pickledModule }
        guard (5...6).contains(fields.count), fields[0].text == "storage", case .global(.storage(let type)) = fields[1],
            let key = fields[2].text, key.utf8.count <= limits.nameBytes, let count = fields[4].integer
        else { throw malformed("a storage needs its type, key, place and number of elements") }
        guard count >= 0, !count.multipliedReportingOverflow(by: type.bytes).overflow else {
            throw malformed("the storage \(key) cannot have \(count) elements")
        }
        let whole = StorageReference(key: key, type: type, count: count, view: 0..<count)
        if let known = storages.updateValue(whole, forKey: key), known != whole {
            throw malformed("the storage \(key) has two types or sizes")
        }
        guard fields.count == 6, let view = fields[5].container(.tuple)?.elements else { return whole }
        guard view.count == 3, let begin = view[1].integer, let length = view[2].integer, begin >= 0, length >= 0,
            begin <= count, length <= count - begin
        else { throw malformed("a view lies outside its storage \(key)") }
        var part = whole
        part.view = begin..<begin + length
        return part
    }
}
