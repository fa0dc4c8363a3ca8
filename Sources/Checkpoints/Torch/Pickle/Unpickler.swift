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

    let limits: CheckpointLimits
    private let format: CheckpointFormat
    /// The archive's entry that the pickle is; nil when it is a part of the file as such.
    private let entry: String?
    private var reader: PickleReader
    private var stack: [PickleValue] = []
    /// Heights of the stack.
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    var storages: [String: StorageReference] = [:]
    /// The instruction that is being carried out, and where it begins.
    private var instruction = PickleOpcode.stop
    private var offset: Int
    private var work = 0

    /// - Parameters:
    ///   - start: where the pickle begins in `bytes`; offsets in errors count from the first byte.
    ///   - entry: the archive's entry that `bytes` are; nil when they are the file's.
    init(_ bytes: [UInt8], at start: Int, entry: String?, format: CheckpointFormat, limits: CheckpointLimits) {
        reader = PickleReader(bytes, at: start)
        offset = start
        self.entry = entry
        self.format = format
        self.limits = limits
    }

    /// - Throws: ``CheckpointError``.
    mutating func run() throws -> Result {
        do {
            while true {
                offset = reader.offset
                try spend(1)
                let (opcode, step) = try reader.next()
                instruction = opcode
                if case .stop = step {
                    let value = try pop()
                    guard stack.isEmpty, marks.isEmpty else { throw malformed("values are left when the pickle stops") }
                    return Result(value: value, storages: storages, end: reader.offset)
                }
                try carryOut(step)
            }
        } catch let error as PickleReader.Malformed {
            throw CheckpointError.malformed(format: format, place: place(error.offset), reason: error.reason)
        }
    }

    private mutating func carryOut(_ step: PickleInstruction) throws {
        switch step {
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
        case .forbidden(let what): throw forbidden(what)
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

    func fill(_ container: PickleContainer, _ values: [PickleValue]) throws {
        do {
            try container.add(values, limits: limits)
        } catch let refusal as PickleContainer.Refusal {
            switch refusal {
            case .isComplete:
                throw malformed("a \(container.kind.rawValue) changes after another container took it, or holds itself")
            case .tooDeep: throw tooDeep()
            case .keyWithoutValue: throw malformed("a key has no value")
            case .longKey(let bytes): throw malformed("a key has \(bytes) bytes, \(limits.nameBytes) are allowed")
            case .repeatedKey(let key): throw malformed("the key \"\(key)\" occurs twice")
            }
        }
    }

    private mutating func pushGlobal(_ module: String, _ name: String) throws {
        guard let global = PickleGlobal(module: module, name: name) else {
            if module.hasPrefix(Self.layers) { throw CheckpointError.pickledModule }
            throw forbidden("\(module.prefix(PickleReader.longestName)).\(name.prefix(PickleReader.longestName))")
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
            throw forbidden("a state for \(try top().kind)")
        }
    }

    /// Bounds the time: what takes longer than an instruction says so.
    mutating func spend(_ steps: Int) throws {
        work += steps
        guard work <= limits.pickleInstructions else {
            throw CheckpointError.pickleTooLarge(
                what: "instructions", limit: limits.pickleInstructions, place: place(offset))
        }
    }

    func malformed(_ reason: String) -> CheckpointError {
        .malformed(format: format, place: place(offset), reason: reason)
    }

    /// Where PyTorch's own layers live. Files that hold a module as such mention one somewhere.
    private static let layers = "torch.nn.modules."

    /// Whole modules are common, so they deserve a better answer: this reads on without doing what is read.
    func forbidden(_ what: String) -> CheckpointError {
        var rest = reader
        for _ in work..<max(work, limits.pickleInstructions) {
            guard let (_, step) = try? rest.next() else { break }
            if case .global(let module, _) = step, module.hasPrefix(Self.layers) { return .pickledModule }
            if case .push(.text(let text)) = step, text.hasPrefix(Self.layers) { return .pickledModule }
        }
        return .forbiddenPickle(opcode: instruction.name, what: what, place: place(offset))
    }

    private func tooDeep() -> CheckpointError {
        .pickleTooLarge(what: "nested containers", limit: limits.pickleDepth, place: place(offset))
    }

    private func place(_ offset: Int) -> BytePlace { entry.map { .entry($0, offset) } ?? .file(offset) }
}
