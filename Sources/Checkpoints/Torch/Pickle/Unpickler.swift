/// Interprets a pickle as PyTorch writes them: a stack machine that makes tensors' descriptions and containers, and inert values for the rest.
///
/// It knows the names in ``PickleGlobal`` and calls nothing. Every instruction and every name beyond them ends the reading, and so do
/// limits on instructions and on nesting.
struct Unpickler {
    struct Result {
        var value: PickleValue
        /// Every storage that was mentioned, by key.
        var storages: [String: StorageReference]
        /// Just behind the last instruction.
        var end: Int
    }

    private let format: CheckpointFormat
    private let limits: CheckpointLimits
    private var reader: PickleReader
    private var stack: [PickleValue] = []
    /// Heights of the stack.
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private var storages: [String: StorageReference] = [:]
    /// Of the instruction that is being carried out.
    private var offset: Int

    /// - Parameter start: where the pickle begins in `bytes`; offsets in errors count from the first byte.
    init(_ bytes: [UInt8], at start: Int, format: CheckpointFormat, limits: CheckpointLimits) {
        reader = PickleReader(bytes, at: start)
        offset = start
        self.format = format
        self.limits = limits
    }

    /// - Throws: ``CheckpointError``.
    mutating func run() throws -> Result {
        do {
            for _ in 0..<limits.pickleInstructions {
                offset = reader.offset
                let instruction = try reader.next()
                if case .stop = instruction {
                    let value = try pop()
                    guard stack.isEmpty, marks.isEmpty else { throw malformed("values are left when the pickle stops") }
                    return Result(value: value, storages: storages, end: reader.offset)
                }
                try carryOut(instruction)
            }
        } catch let error as PickleReader.Malformed {
            throw CheckpointError.malformed(format: format, offset: error.offset, reason: error.reason)
        }
        throw CheckpointError.pickleTooLarge(
            what: "instructions", limit: limits.pickleInstructions, offset: reader.offset)
    }

    private mutating func carryOut(_ instruction: PickleInstruction) throws {
        switch instruction {
        case .start(let version):
            guard (2...5).contains(version) else {
                throw malformed("the protocol \(version) is not known, 2 to 5 are")
            }
        case .frame, .stop: break
        case .push(let value): stack.append(value)
        case .pushEmpty(let kind): stack.append(.container(PickleContainer(kind)))
        case .mark:
            guard marks.count < limits.pickleDepth else { throw tooDeep() }
            marks.append(stack.count)
        case .pop: _ = try pop()
        case .popMark: _ = try popSinceMark()
        case .duplicate: stack.append(try top())
        case .append:
            let value = try pop()
            try add([value], to: .list)
        case .appends:
            let values = try popSinceMark()
            try add(values, to: .list)
        case .setItem:
            let value = try pop()
            let key = try pop()
            try add([key, value], to: .dictionary)
        case .setItems:
            let entries = try popSinceMark()
            guard entries.count % 2 == 0 else { throw malformed("a key without a value") }
            try add(entries, to: .dictionary)
        case .addItems:
            let values = try popSinceMark()
            try add(values, to: .set)
        case .tuple(let count):
            let start = stack.count - count
            guard start >= marks.last ?? 0 else { throw malformed("\(count) values were expected on the stack") }
            try pushTuple(take(from: start))
        case .tupleSinceMark: try pushTuple(popSinceMark())
        case .frozenSet:
            _ = try popSinceMark()
            stack.append(.inert)
        case .put(let index): memo[index] = try top()
        case .memoize: memo[memo.count] = try top()
        case .get(let index):
            guard let value = memo[index] else { throw malformed("the memo has no entry \(index)") }
            stack.append(value)
        case .global(let module, let name): try pushGlobal(module, name)
        case .globalFromStack:
            guard let name = try pop().text, let module = try pop().text else {
                throw malformed("module and name of a global must be texts")
            }
            try pushGlobal(module, name)
        case .reduce:
            let arguments = try pop()
            let function = try pop()
            stack.append(try reduce(function, arguments))
        case .build: try build()
        case .persistentID: stack.append(.storage(try storage(pop())))
        case .forbidden(let opcode): throw refusal(of: "the instruction \(opcode.name)")
        }
    }

    // The stack ends at the topmost mark.

    private func top() throws -> PickleValue {
        guard let value = stack.last, stack.count > marks.last ?? 0 else { throw malformed("the stack is empty") }
        return value
    }

    private mutating func pop() throws -> PickleValue {
        let value = try top()
        stack.removeLast()
        return value
    }

    private mutating func popSinceMark() throws -> [PickleValue] {
        guard let mark = marks.popLast() else { throw malformed("there is no mark on the stack") }
        return take(from: mark)
    }

    /// A copy of its own: a slice would share the stack's memory, and removing would copy all of it.
    private mutating func take(from start: Int) -> [PickleValue] {
        let values = Array(stack[start...])
        stack.removeSubrange(start...)
        return values
    }

    private func add(_ values: [PickleValue], to kind: PickleContainer.Kind) throws {
        guard let container = try top().container(kind) else { throw malformed("a \(kind.rawValue) was expected") }
        try fill(container, values)
    }

    private mutating func pushTuple(_ elements: [PickleValue]) throws {
        let tuple = PickleContainer(.tuple)
        try fill(tuple, elements)
        stack.append(.container(tuple))
    }

    private func fill(_ container: PickleContainer, _ values: [PickleValue]) throws {
        do {
            try container.add(values, depthLimit: limits.pickleDepth)
        } catch PickleContainer.Refusal.isComplete {
            throw malformed("a \(container.kind.rawValue) changes after another container took it, or holds itself")
        } catch PickleContainer.Refusal.tooDeep {
            throw tooDeep()
        }
    }

    private mutating func pushGlobal(_ module: String, _ name: String) throws {
        guard let global = PickleGlobal(module: module, name: name) else {
            throw refusal(of: "\(module.prefix(PickleReader.longestName)).\(name.prefix(PickleReader.longestName))")
        }
        stack.append(.global(global))
    }

    /// Instances take state. None is kept: a dictionary's is the state dictionary's `_metadata`.
    private mutating func build() throws {
        _ = try pop()
        switch try top() {
        case .inert: break
        case .container(let container) where container.kind == .dictionary: break
        case .none, .bool, .integer, .largeInteger, .text, .global, .container, .storage, .tensor:
            throw refusal(of: "the instruction BUILD on \(try top().kind)")
        }
    }

    private func reduce(_ function: PickleValue, _ arguments: PickleValue) throws -> PickleValue {
        guard case .global(let global) = function else { throw refusal(of: "a call of \(function.kind)") }
        guard let arguments = arguments.container(.tuple)?.elements else {
            throw malformed("arguments must be a tuple")
        }
        switch global {
        case .inert: return .inert
        case .storage, .elementType: throw refusal(of: "a call of a storage or element type")
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
    private func orderedDictionary(_ arguments: [PickleValue]) throws -> PickleContainer {
        let dictionary = PickleContainer(.dictionary)
        guard let argument = arguments.first else { return dictionary }
        guard arguments.count == 1, let pairs = argument.container(.list) else {
            throw malformed("an OrderedDict takes a list of pairs")
        }
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
        else { throw malformed("a tensor needs a storage, an offset, a size and strides in whole numbers") }
        return TensorReference(
            storage: storage, type: type ?? storage.type, offset: offset, extents: extents, strides: strides)
    }

    private func integers(_ value: PickleValue) -> [Int]? {
        guard let elements = (value.container(.tuple) ?? value.container(.list))?.elements else { return nil }
        let integers = elements.compactMap(\.integer)
        return integers.count == elements.count ? integers : nil
    }

    /// `('storage', type, key, location, number of elements, view)`; a view is None or `(key, offset, number of elements)`.
    private mutating func storage(_ id: PickleValue) throws -> StorageReference {
        let fields = id.container(.tuple)?.elements ?? []
        if fields.first?.text == "module" { throw CheckpointError.pickledModule }
        guard (5...6).contains(fields.count), fields[0].text == "storage", case .global(.storage(let type)) = fields[1],
            let key = fields[2].text, let count = fields[4].integer
        else { throw malformed("a storage needs its type, key, place and number of elements") }
        guard count >= 0, !count.multipliedReportingOverflow(by: type.bytes).overflow else {
            throw malformed("the storage \(key.prefix(80)) cannot have \(count) elements")
        }
        var storage = StorageReference(key: key, type: type, count: count, view: 0..<count)
        if fields.count == 6, let view = fields[5].container(.tuple)?.elements {
            guard view.count == 3, let begin = view[1].integer, let length = view[2].integer, begin >= 0, length >= 0,
                begin <= count, length <= count - begin
            else { throw malformed("a view lies outside its storage \(key.prefix(80))") }
            storage.view = begin..<begin + length
        }
        var whole = storage
        whole.view = 0..<count
        if let known = storages.updateValue(whole, forKey: key), known != whole {
            throw malformed("the storage \(key.prefix(80)) has two types or sizes")
        }
        return storage
    }

    private func malformed(_ reason: String) -> CheckpointError {
        .malformed(format: format, offset: offset, reason: reason)
    }

    private func tooDeep() -> CheckpointError {
        .pickleTooLarge(what: "nested containers", limit: limits.pickleDepth, offset: offset)
    }

    /// Files that hold a module as such mention PyTorch's layers somewhere. They are common, so they deserve a better answer: this reads on
    /// without doing what is read.
    private func refusal(of what: String) -> CheckpointError {
        let layers = "torch.nn.modules."
        var rest = reader
        for _ in 0..<limits.pickleInstructions {
            guard let instruction = try? rest.next() else { break }
            if case .global(let module, _) = instruction, module.hasPrefix(layers) { return .pickledModule }
            if case .push(.text(let text)) = instruction, text.hasPrefix(layers) { return .pickledModule }
        }
        return .forbiddenPickle(what, offset: offset)
    }
}
