/// Limits that hold before anything is allocated, and bound the time that a file may take.
package struct GraphLimits: Hashable, Sendable {
    /// Messages of the file, nested ones included. Swin3D-T has 30,000.
    package var messages = 1_000_000
    /// Messages within messages.
    package var depth = 32
    /// Bytes of the description without the weights. Small constants are part of it.
    package var descriptionBytes = 256 << 20
    package var nodes = 200_000
    package var initializers = 100_000
    /// Values in one array, weight or result. 4 GiB as Float32.
    package var values = 1 << 30
    /// Values in one array of integers, and in one constant that is worked out at load.
    package var foldedValues = 1 << 26
    /// Values that working out constants may produce altogether.
    package var foldingBudget = 1 << 30

    package init() {}
}
