import Autodiff
import Tensors
import TestSupport
import Testing

/// What holds of every operation.
@Suite struct OperationTests {
    @Test("Values and gradients equal a naive reference in Double and its differences", arguments: Operation.allCases)
    func gradients(_ operation: Operation) throws {
        let cases = OperationCases.of(operation).gradient
        #expect(!cases.isEmpty)
        for gradientCase in cases { try gradientCase.check() }
    }

    @Test("One, two and five threads give the same bits", arguments: Operation.allCases)
    func threads(_ operation: Operation) throws {
        let cases = OperationCases.of(operation).large
        #expect(!cases.isEmpty)
        for large in cases {
            let single = try large.run(threads: 1)
            for threads in [2, 5] {
                let several = try large.run(threads: threads)
                #expect(single == several, "\(operation) on \(large.operands.map(\.shape)), \(threads) threads")
            }
        }
    }

    /// A pullback that held a variable would hold the tape that holds it.
    @Test("A tape is gone with its last variable", arguments: Operation.allCases)
    func letsGo(_ operation: Operation) throws {
        for gradientCase in OperationCases.of(operation).gradient {
            weak var tape: Tape?
            try {
                let own = Tape(parallelism: .single)
                tape = own
                _ = try gradientCase.operation(gradientCase.operands.map(own.variable))
            }()
            #expect(tape == nil, "\(gradientCase.name): the tape is held")
        }
    }

    @Test("What is counted as kept is all that is kept", arguments: Operation.allCases)
    func memory(_ operation: Operation) throws {
        for gradientCase in OperationCases.of(operation).gradient {
            for wanted in gradientCase.operands.indices {
                // Copies, so that only the tape could hold on to their memory.
                var operands = gradientCase.operands.map(\.privateCopy)
                let tape = Tape(parallelism: .single)
                let y = try {
                    try gradientCase.operation(
                        operands.indices.map {
                            $0 == wanted ? tape.variable(operands[$0]) : tape.constant(operands[$0])
                        })
                }()
                var value = Optional(y.value)
                _ = consume y
                if tape.keptBytes == 0 {
                    // An operand that wants no gradient may be a parameter, which the pullback shares; activations may not be held.
                    let held = operands[wanted].isShared && operation != .reshape
                    #expect(!held, "\(gradientCase.name): the operand that wants the gradient is held")
                    if operation != .reshape {
                        #expect(value?.isShared == false, "\(gradientCase.name): the value is held")
                    }
                }
                value = nil
            }
        }
    }
}

extension Tensor {
    /// The same values in memory of their own.
    var privateCopy: Tensor { mapped { $0 } }

    func mapped(_ transform: (Float) -> Float) -> Tensor {
        let values = values
        return Tensor(uninitialized: shape) { buffer in
            for index in buffer.indices { buffer[index] = transform(values[index]) }
        }
    }

    /// Whether someone else refers to the same memory: then writing has to copy it.
    var isShared: Bool {
        mutating get {
            let before = withUnsafeValues { $0.baseAddress }
            let after = withUnsafeMutableValues { UnsafePointer($0.baseAddress) }
            return before != after
        }
    }
}
