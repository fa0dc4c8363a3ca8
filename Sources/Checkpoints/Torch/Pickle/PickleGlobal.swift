/// The names that a pickle may mention, and nothing else. Each stands for something that this reader does itself; nothing is looked up or called.
enum PickleGlobal: Hashable {
    case orderedDictionary
    /// Takes a tuple: `torch.Size`.
    case size
    case storage(StorageType)
    /// A `torch.dtype`.
    case elementType(StorageType)
    /// `_rebuild_tensor`, `_rebuild_tensor_v2`
    case rebuildTensor
    /// `_rebuild_tensor_v3`, with the element type beside an untyped storage.
    case rebuildTypedTensor
    /// `_rebuild_parameter`, `_rebuild_parameter_with_state`
    case rebuildParameter
    /// Makes a value without use here, whatever its arguments are: NumPy's scalars and dtypes, devices, sets, counters.
    case inert

    init?(module: String, name: String) {
        guard let known = Self.allowed["\(module).\(name)"] else { return nil }
        self = known
    }

    private static let allowed: [String: PickleGlobal] = {
        var allowed: [String: PickleGlobal] = [
            "collections.OrderedDict": .orderedDictionary,
            "torch.Size": .size,
            "torch._utils._rebuild_tensor": .rebuildTensor,
            "torch._utils._rebuild_tensor_v2": .rebuildTensor,
            "torch._utils._rebuild_tensor_v3": .rebuildTypedTensor,
            "torch._utils._rebuild_parameter": .rebuildParameter,
            "torch._utils._rebuild_parameter_with_state": .rebuildParameter,
        ]
        for name in [
            "torch.device", "numpy.dtype", "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar",
            "_codecs.encode", "collections.Counter", "builtins.set", "builtins.frozenset", "builtins.bytearray",
            "builtins.complex", "__builtin__.set", "__builtin__.frozenset", "__builtin__.bytearray",
            "__builtin__.complex",
        ] { allowed[name] = .inert }
        for type in StorageType.allCases {
            for name in type.storageNames { allowed[name] = .storage(type) }
            for name in type.elementNames { allowed[name] = .elementType(type) }
        }
        return allowed
    }()
}
