import Autodiff
import Tensors

extension OperationCases {
    static let linearCases = OperationCases(
        gradient: [
            linearCase("a batch of rows", [3, 5], [4, 5]), linearCase("rank three", [2, 3, 4], [6, 4]),
            linearCase("a single vector", [7], [3, 7]),
        ],
        large: [
            LargeCase(
                operands: [
                    Pattern.tensor([200, 300], seed: 1), Pattern.tensor([700, 300], seed: 2),
                    Pattern.tensor([700], seed: 3),
                ],
                operation: { try linear($0[0], weight: $0[1], bias: $0[2]) })
        ])

    private static func linearCase(_ name: String, _ x: Shape, _ weight: Shape) -> GradientCase {
        GradientCase(
            name: name,
            operands: [
                Pattern.tensor(x, seed: 1), Pattern.tensor(weight, seed: 2), Pattern.tensor([weight[0]], seed: 3),
            ],
            step: 0.5,
            operation: { try linear($0[0], weight: $0[1], bias: $0[2]) },
            reference: { p in
                Reference(Array(p[0].shape.dropLast()) + [p[1].shape[0]]) { index in
                    let row = Array(index.dropLast())
                    return (0..<p[1].shape[1]).reduce(p[2].values[index[index.count - 1]]) {
                        $0 + p[0][row + [$1]] * p[1][[index[index.count - 1], $1]]
                    }
                }
            })
    }

    static let matrixMultiplyCases = OperationCases(
        gradient: [
            product([3, 5], [5, 4]), product([2, 3, 4, 6], [2, 3, 6, 5]), product([2, 3, 4, 6], [6, 5]),
            product([4, 6], [2, 3, 6, 5]), product([1, 3, 4, 2], [2, 1, 2, 5]), product([3, 1, 7], [7, 1]),
        ],
        large: [
            LargeCase(
                operands: [Pattern.tensor([6, 90, 70], seed: 1), Pattern.tensor([6, 70, 600], seed: 2)],
                operation: { try matrixMultiply($0[0], $0[1]) }),
            LargeCase(
                operands: [Pattern.tensor([2, 1, 130, 70], seed: 1), Pattern.tensor([3, 70, 130], seed: 2)],
                operation: { try matrixMultiply($0[0], $0[1]) }),
            LargeCase(
                operands: [Pattern.tensor([5, 100, 300], seed: 1), Pattern.tensor([300, 700], seed: 2)],
                operation: { try matrixMultiply($0[0], $0[1]) }),
        ])

    private static func product(_ a: Shape, _ b: Shape) -> GradientCase {
        GradientCase(
            name: "\(a) and \(b)", operands: [Pattern.tensor(a, seed: 1), Pattern.tensor(b, seed: 2)], step: 0.5,
            operation: { try matrixMultiply($0[0], $0[1]) },
            reference: { p in
                let stacks = p.map { $0.shape.dropLast(2) }
                let rank = max(stacks[0].count, stacks[1].count)
                let aligned = stacks.map { Array(repeating: 1, count: rank - $0.count) + $0 }
                let stack = zip(aligned[0], aligned[1]).map { $0 == 1 ? $1 : $0 }
                let (rows, depth, columns) = (a[a.rank - 2], a[a.rank - 1], b[b.rank - 1])
                let left = p[0].broadcast(to: stack + [rows, depth])
                let right = p[1].broadcast(to: stack + [depth, columns])
                return Reference(stack + [rows, columns]) { index in
                    let matrix = Array(index.dropLast(2))
                    return (0..<depth).reduce(0) {
                        $0 + left[matrix + [index[rank], $1]] * right[matrix + [$1, index[rank + 1]]]
                    }
                }
            })
    }
}
