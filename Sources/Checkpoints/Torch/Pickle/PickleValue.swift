/// What an instruction of a pickle leaves on the stack. None of it is a Python object: what has no use here is ``inert``.
enum PickleValue {
    case none
    case bool(Bool)
    case integer(Int)
    /// A whole number of more than 64 bits: two's complement, lowest byte first.
    case largeInteger([UInt8])
    case text(String)
    case global(PickleGlobal)
    case container(PickleContainer)
    // Behind a reference, so that a value takes three words: hostile files push millions.
    indirect case storage(StorageReference)
    indirect case tensor(TensorReference)
    /// Something that is known to be harmless and of no use: a float, bytes, a NumPy scalar, a device.
    case inert

    var integer: Int? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    var text: String? {
        guard case .text(let value) = self else { return nil }
        return value
    }

    func container(_ kind: PickleContainer.Kind) -> PickleContainer? {
        guard case .container(let container) = self, container.kind == kind else { return nil }
        return container
    }

    /// For messages.
    var kind: String {
        switch self {
        case .none: "None"
        case .bool: "a bool"
        case .integer, .largeInteger: "a whole number"
        case .text: "a text"
        case .global: "a name"
        case .container(let container): "a \(container.kind.rawValue)"
        case .storage: "a storage"
        case .tensor: "a tensor"
        case .inert: "a number or another plain value"
        }
    }
}

/// A list, tuple, set or dictionary. Shared by reference, as in Python: it is put on the stack and into the memo before it is filled.
///
/// Once held by another container it does not change any more, so that containers form no cycles and ``depth`` stays true: what frees them
/// recurses that deep.
final class PickleContainer {
    enum Kind: String {
        case list, tuple, set
        case dictionary
    }

    let kind: Kind
    /// A dictionary's keys and values take turns.
    private(set) var elements: [PickleValue] = []
    /// 1 when it holds no container.
    private var depth = 1
    private var isHeld = false
    /// Those of a dictionary that are texts.
    private var keys: Set<String> = []

    init(_ kind: Kind) { self.kind = kind }

    enum Refusal: Error {
        case isComplete
        case tooDeep
        case keyWithoutValue
        case longKey(bytes: Int)
        case repeatedKey(String)
    }

    /// - Throws: ``Refusal``.
    func add(_ values: [PickleValue], limits: CheckpointLimits) throws {
        guard !isHeld else { throw Refusal.isComplete }
        if kind == .dictionary { try add(keysOf: values, limits: limits) }
        for value in values {
            if case .container(let child) = value {
                guard child !== self else { throw Refusal.isComplete }
                guard child.depth < limits.pickleDepth else { throw Refusal.tooDeep }
                child.isHeld = true
                depth = max(depth, child.depth + 1)
            }
            elements.append(value)
        }
    }

    /// No writer of pickles sets a key twice: readers would differ in what they take.
    private func add(keysOf values: [PickleValue], limits: CheckpointLimits) throws {
        guard values.count.isMultiple(of: 2) else { throw Refusal.keyWithoutValue }
        for index in stride(from: 0, to: values.count, by: 2) {
            guard let key = values[index].text else { continue }
            // One long text may be the key of many dictionaries, and is hashed for each.
            guard key.utf8.count <= limits.nameBytes else { throw Refusal.longKey(bytes: key.utf8.count) }
            guard keys.insert(key).inserted else { throw Refusal.repeatedKey(key) }
        }
    }

    /// A dictionary's entries in the order in which they were set.
    var entries: [(key: PickleValue, value: PickleValue)] {
        stride(from: 0, to: elements.count - 1, by: 2).map { (elements[$0], elements[$0 + 1]) }
    }

    /// A dictionary's value for a text.
    func value(for key: String) -> PickleValue? {
        keys.contains(key) ? entries.first { $0.key.text == key }?.value : nil
    }
}
