import Tensors

extension Tape {
    /// What must hold of a tape at any time: operands come before results, leaves have no operands, results have at least one recorded one.
    /// A few comparisons a record, so it always runs before a backward pass.
    func checkInvariants() {
        for (index, record) in records.enumerated() {
            let parents = record.parents.compactMap(\.self)
            precondition(parents.allSatisfy { $0 >= 0 && $0 < index }, "record \(index) precedes its operands")
            precondition((record.operation == nil) == parents.isEmpty, "record \(index) is neither leaf nor result")
            precondition(record.keptBytes >= 0, "record \(index) keeps a negative number of bytes")
        }
    }

    /// What must hold of a pullback's answer: one gradient for each operand that wants one and no other, each of its operand's shape.
    func check(_ shares: [Tensor?], of index: Int) {
        let record = records[index]
        let name = record.operation?.rawValue ?? "leaf"
        precondition(shares.count == record.parents.count, "\(name) returned \(shares.count) gradients")
        for (parent, share) in zip(record.parents, shares) {
            precondition((parent == nil) == (share == nil), "\(name) returned a gradient nobody wants, or none for one")
            guard let parent, let share else { continue }
            precondition(
                share.shape == records[parent].shape,
                "\(name) returned a gradient of shape \(share.shape) for an operand of shape \(records[parent].shape)")
        }
    }
}
