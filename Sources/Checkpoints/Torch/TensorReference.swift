/// A storage that a pickle mentions; the values lie elsewhere in the file.
struct StorageReference: Hashable {
    var key: String
    var type: StorageType
    /// Elements of the whole storage, as the pickle says.
    var count: Int
    /// The part of it that the legacy format calls a view, in elements.
    var view: Range<Int>
}

/// A tensor as a pickle describes it, nothing of it checked yet.
struct TensorReference {
    var storage: StorageReference
    var type: StorageType
    /// In elements, like the strides.
    var offset: Int
    var extents: [Int]
    var strides: [Int]
}
