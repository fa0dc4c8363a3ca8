/// Limits that hold before anything is allocated, and bound the time that a file may take.
package struct GraphLimits: Hashable, Sendable {
    /// Messages of the file, nested ones included. Swin3D-T has 30,000.
    package var messages = 1_000_000
    /// Fields of all messages but arrays: an empty name takes two bytes of a file and sixteen of memory.
    package var fields = 4_000_000
    /// Messages within messages.
    package var depth = 32
    /// Bytes of the description without the weights. Small constants are part of it. A list of numbers takes up to 16 times as much when it is decoded.
    package var descriptionBytes = 64 << 20
    package var nodes = 200_000
    package var initializers = 100_000
    /// Axes of one array.
    package var rank = 32
    /// Values in one array, weight or result, extents of zero taken as one. 4 GiB as Float32.
    package var values = 1 << 30
    /// Values in one array of integers, and in one constant that is worked out at load.
    package var foldedValues = 1 << 26
    /// Values in one array of integers that is in the file or is moved about: places are kept in Float32 while they move, exact up to here.
    package var movedIntegers = 1 << 24
    /// Steps of a program. A recurrent layer takes 15 for every moment and direction.
    package var instructions = 250_000
    /// Multiplications and additions of a forward pass: some hours. Video networks that are published take 10⁹ to 10¹².
    package var operations = 1 << 50
    /// Values of constants that are held at once, on top of four times the values of the weights; integers count twice. 1 GiB.
    package var heldConstants = 1 << 28
    /// What working out constants may take altogether, in values read and written, likewise on top. The masks of Swin3D-T take a third of it.
    package var foldingBudget = 1 << 30

    package init() {}
}
